// Plot plots the latency of lists against the tables' parameters, from a Markdown file
// that the benchmarks write: plot <docs/explanation/measurements.md >docs/explanation/growth.svg.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
)

// panels are the tables to plot. The first column is the x axis, and the columns named
// "..., p50 ms" are the lines.
var panels = []struct{ table, title string }{
	{"ListBySize/clients=1", "data set"},
	{"ListByPage", "slots a page"},
	{"ListByRange", "range asked for"},
	{"ListByHistory", "past interviews of the student"},
}

// Sizes in pixels. The margins of a panel contain its axes.
const (
	width, height = 400, 230
	left, right   = 46, 16
	top, bottom   = 34, 30
	columns       = 2
)

var colours = []string{"#8a8f98", "#1f6feb"}

func main() {
	if err := plot(os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func plot(markdown io.Reader, svg io.Writer) error {
	text, err := io.ReadAll(markdown)
	if err != nil {
		return err
	}
	rows := (len(panels) + columns - 1) / columns
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">`+"\n", columns*width, rows*height)
	out.WriteString(`<rect width="100%" height="100%" fill="#fff"/>` + "\n")
	for n, panel := range panels {
		t, err := read(string(text), panel.table)
		if err != nil {
			return fmt.Errorf("%s: %w", panel.table, err)
		}
		fmt.Fprintf(&out, `<g transform="translate(%d %d)">`+"\n", n%columns*width, n/columns*height)
		t.draw(&out, panel.title)
		out.WriteString("</g>\n")
	}
	out.WriteString("</svg>\n")
	_, err = io.WriteString(svg, out.String())
	return err
}

// table holds the data of one panel: a value of each line for each amount.
type table struct {
	amounts, names []string
	lines          [][]float64
}

func read(text, name string) (t table, err error) {
	_, text, found := strings.Cut(text, "<!-- bench:"+name+" -->\n")
	text, _, closed := strings.Cut(text, "<!-- /bench -->")
	if !found || !closed {
		return t, errors.New("the table is missing")
	}
	var header []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if header == nil {
			header = cells
			for _, name := range header {
				if name, drawn := strings.CutSuffix(name, ", p50 ms"); drawn {
					t.names = append(t.names, name)
				}
			}
			t.lines = make([][]float64, len(t.names))
			continue
		}
		t.amounts = append(t.amounts, cells[0])
		for n, name := range t.names {
			value, err := strconv.ParseFloat(cells[slices.Index(header, name+", p50 ms")], 64)
			if err != nil {
				return t, err
			}
			t.lines[n] = append(t.lines[n], value)
		}
	}
	if len(t.amounts) == 0 {
		return t, errors.New("the table is empty")
	}
	return t, nil
}

func (t table) draw(out *strings.Builder, title string) {
	label := func(x, y float64, anchor, colour, text string) {
		fmt.Fprintf(out, `<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s">%s</text>`+"\n", x, y, anchor, colour, text)
	}
	most := ceiling(slices.Max(slices.Concat(t.lines...)))
	x := func(n int) float64 {
		return left + (float64(n)+0.5)*(width-left-right)/float64(len(t.amounts))
	}
	y := func(value float64) float64 { return top + (height-top-bottom)*(1-value/most) }
	label(left, 18, "start", "#000", "p50 ms, by "+title)
	for _, part := range []float64{0, 0.5, 1} {
		fmt.Fprintf(out, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/>`+"\n", left, width-right, y(part*most), y(part*most))
		label(left-6, y(part*most)+4, "end", "#555", strconv.FormatFloat(part*most, 'g', 3, 64))
	}
	for n, amount := range t.amounts {
		label(x(n), height-bottom+16, "middle", "#555", amount)
	}
	for line, values := range t.lines {
		var points []string
		for n, value := range values {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(n), y(value)))
			fmt.Fprintf(out, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", x(n), y(value), colours[line])
		}
		fmt.Fprintf(out, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", strings.Join(points, " "), colours[line])
		label(width-right-float64(len(t.lines)-1-line)*60, 18, "end", colours[line], t.names[line])
	}
}

// ceiling rounds up to 1, 2 or 4 times a power of ten.
func ceiling(value float64) float64 {
	for unit := 0.001; ; unit *= 10 {
		for _, n := range []float64{1, 2, 4} {
			if n*unit >= value {
				return n * unit
			}
		}
	}
}
