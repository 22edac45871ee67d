package cli

// This import provides CA certificates for systems that have none, such as the container image.
import _ "golang.org/x/crypto/x509roots/fallback"
