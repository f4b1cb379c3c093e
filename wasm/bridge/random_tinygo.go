//go:build tinygo

package bridge

//go:wasmimport minipoly host_random
func hostRandom() uint32

// arc4random takes the place of the C library's, which the runtime calls for
// the seed of its hash tables: that one brings a cipher and printf along, two
// thirds of an empty module.
//
//export arc4random
func arc4random() uint32 { return hostRandom() }
