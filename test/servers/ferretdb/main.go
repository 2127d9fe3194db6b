// Command ferretdb serves the MongoDB wire protocol on loopback for tests, in front of a PostgreSQL with DocumentDB.
package main

import (
	"context"
	"flag"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/v2/ferretdb"
)

func main() {
	postgres := flag.String("postgres", "", "PostgreSQL URL")
	listen := flag.String("listen", "127.0.0.1:0", "address of the MongoDB wire protocol")
	state := flag.String("state", "", "folder for FerretDB's own state")
	flag.Parse()

	telemetry := false
	server, err := ferretdb.New(&ferretdb.Config{
		PostgreSQLURL: *postgres,
		ListenAddr:    *listen,
		StateDir:      *state,
		LogLevel:      slog.LevelWarn,
		LogOutput:     os.Stderr,
		Telemetry:     &telemetry,
	})
	if err != nil {
		log.Fatalf("start ferretdb failed: %v", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server.Run(ctx)
}
