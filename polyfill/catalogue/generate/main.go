// Command generate writes the part of the catalogue that the TypeScript shim
// needs to js/src. Run it with go generate in polyfill/catalogue; a test fails
// when a file is out of date.
package main

import (
	"log"
	"os"

	"minipoly/polyfill/catalogue"
)

func main() {
	files := catalogue.Numbers()
	files["catalogue.ts"] = catalogue.TypeScript()
	for name, text := range files {
		if err := os.WriteFile("../../js/src/"+name, text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
