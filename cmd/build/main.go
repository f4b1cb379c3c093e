// Build is minipoly's one Go command: it builds, serves, tests and measures.
//
//	go run ./cmd/build              build everything into dist/
//	go run ./cmd/build serve        build, serve the playground, build again on every change
//	go run ./cmd/build test         run all tests
//	go run ./cmd/build bench        run the side-by-side benchmark in a browser, write dist/bench/
//	go run ./cmd/build toolchain    install TinyGo, which makes the small release module
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"minipoly/cmd/build/internal/bench"
	"minipoly/cmd/build/internal/pipeline"
	"minipoly/cmd/build/internal/project"
	"minipoly/cmd/build/internal/serve"
	"minipoly/cmd/build/internal/step"
	"minipoly/cmd/build/internal/suite"
	"minipoly/cmd/build/internal/toolchain"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "interrupted")
		os.Exit(130)
	default:
		fmt.Fprintln(os.Stderr, "\nminipoly:", err)
		os.Exit(1)
	}
}

// settings are the flags, which all commands understand as far as they concern them.
type settings struct {
	toolchain string
	out       string
	verbose   bool
	addr      string
	steps     string
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	command := "build"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		command, args = args[0], args[1:]
	}
	var s settings
	flags := flag.NewFlagSet("go run ./cmd/build "+command, flag.ContinueOnError)
	flags.BoolVar(&s.verbose, "v", false, "show the commands that are run and what they print")
	switch command {
	case "build", "serve", "bench":
		flags.StringVar(&s.toolchain, "toolchain", "auto", "auto, tinygo or go: the compiler of the WebAssembly modules")
		flags.StringVar(&s.out, "out", "dist", "the folder to write")
		if command == "serve" {
			flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "the address to listen on")
		}
	case "test":
		flags.StringVar(&s.steps, "run", "", "run only these steps, separated by commas: "+strings.Join(suite.Names(), ", ")+", e2e")
	case "toolchain":
	default:
		return fmt.Errorf("no command %q: there are build (the default), serve, test, bench and toolchain", command)
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	// What follows -- is for the benchmark's own program.
	if flags.NArg() > 0 && command != "bench" {
		return fmt.Errorf("%s: unexpected %q", command, flags.Arg(0))
	}

	root, err := project.Root()
	if err != nil {
		return err
	}
	log := step.New(stdout, s.verbose)
	if !filepath.IsAbs(s.out) {
		s.out = filepath.Join(root, s.out)
	}
	options := pipeline.Options{Root: root, Out: s.out, Toolchain: s.toolchain}
	switch command {
	case "build":
		_, err := pipeline.New(options, log).Build(ctx)
		return err
	case "toolchain":
		found, err := toolchain.Install(ctx, log)
		if err == nil {
			log.Printf("minipoly: %s is ready", found)
		}
		return err
	case "serve":
		options.Quick = true
		builder := pipeline.New(options, log)
		return serve.Run(ctx, serve.Options{
			Root: root, Dir: s.out, Addr: s.addr,
			Build: func(ctx context.Context, goChanged bool) error {
				if goChanged {
					builder.GoChanged()
				}
				_, err := builder.Build(ctx)
				if errors.Is(err, pipeline.ErrIncomplete) {
					// It can be served all the same; `build` and `test` fail.
					log.Printf("minipoly: %v", err)
					return nil
				}
				return err
			},
		}, log)
	case "test":
		var steps []string
		if s.steps != "" {
			steps = strings.Split(s.steps, ",")
		}
		return suite.Run(ctx, root, steps, log)
	default:
		return bench.Run(ctx, options, flags.Args(), log)
	}
}
