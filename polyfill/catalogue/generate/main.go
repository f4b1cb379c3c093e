// Command generate writes the part of the catalogue that the TypeScript shim
// needs to js/src/catalogue.ts. Run it with go generate in polyfill/catalogue;
// a test fails when the file is out of date.
package main

import (
	"log"
	"os"

	"minipoly/polyfill/catalogue"
)

func main() {
	if err := os.WriteFile("../../js/src/catalogue.ts", catalogue.TypeScript(), 0o644); err != nil {
		log.Fatal(err)
	}
}
