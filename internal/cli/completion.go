package cli

import "github.com/spf13/cobra"

func (p *program) completionCommand() *cobra.Command {
	var cmd *cobra.Command
	cmd = spec{
		name: "completion", group: groupTools,
		short: "Print a shell completion script",
		long: `Print a script that completes the commands, arguments and flags of rehearse in a shell. Load it
in the shell's startup file.`,
		example: `  source <(rehearse completion bash)
  rehearse completion zsh >"${fpath[1]}/_rehearse"
  rehearse completion fish >~/.config/fish/completions/rehearse.fish
  rehearse completion powershell | Out-String | Invoke-Expression`,
		arguments: []argument{{name: "SHELL", text: "bash, zsh, fish or powershell", allowed: []string{"bash", "zsh", "fish", "powershell"}}},
	}.offline(func(args []string) error {
		switch root := cmd.Root(); args[0] {
		case "bash":
			return root.GenBashCompletionV2(p.stdout, true)
		case "zsh":
			return root.GenZshCompletion(p.stdout)
		case "fish":
			return root.GenFishCompletion(p.stdout, true)
		default:
			return root.GenPowerShellCompletionWithDesc(p.stdout)
		}
	})
	return cmd
}
