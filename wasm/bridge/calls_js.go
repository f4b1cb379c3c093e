package bridge

import (
	"unsafe"

	"minipoly/polyfill"
	"minipoly/polyfill/catalogue"
	"minipoly/polyfill/storage"
	"minipoly/store"
)

// scratch carries strings from the host; scratchLen bytes of it are in use.
var (
	scratch    []byte
	scratchLen int
)

// reserve makes room for n bytes in the scratch buffer and returns its address.
//
//go:wasmexport reserve
func reserve(n int32) uint32 {
	if int(n) > len(scratch) || len(scratch) == 0 {
		scratch = make([]byte, max(2*int(n), 4096))
	}
	scratchLen = int(n)
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(scratch))))
}

func scratchText() string { return string(scratch[:scratchLen]) }

// answer is the text that the last call gave, number what goes with it.
var (
	answer []byte
	number int
)

//go:wasmexport answer_ptr
func answerPtr() uint32 { return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(answer)))) }

//go:wasmexport answer_len
func answerLen() int32 { return int32(len(answer)) }

// answer_number returns the error number, 0 when there is none.
//
//go:wasmexport answer_number
func answerNumber() int32 { return int32(number) }

func answerError(e *polyfill.Error) int32 {
	if e == nil {
		return 0
	}
	answer = append(answer[:0], e.Text...)
	number = e.Number
	return 1
}

var (
	levels     [][]uint16
	violations []polyfill.Violation
)

// name_level adds a level of isolation, whose n UTF-16 units are in the
// scratch buffer.
//
//go:wasmexport name_level
func nameLevel(n int32) {
	level := make([]uint16, n)
	for i := range level {
		level[i] = uint16(scratch[2*i]) | uint16(scratch[2*i+1])<<8
	}
	levels = append(levels, level)
}

// name_done answers with the name of the space of these levels.
//
//go:wasmexport name_done
func nameDone() {
	answer = append(answer[:0], store.SpaceName(levels...)...)
	levels = levels[:0]
}

// options of the my dialect, as bits.
const legacyInvalidParams = 1

func storageOptions(bits int32) *storage.Options {
	return &storage.Options{LegacyInvalidParams: bits&legacyInvalidParams != 0}
}

// key_error answers with the error that an API gives for the key in the
// scratch buffer and returns 1, or returns 0 when the key is good.
//
//go:wasmexport key_error
func keyError(api, options int32) int32 {
	key := scratchText()
	return answerError(storage.CheckKey(&catalogue.Table[api], storageOptions(options), key))
}

// failure answers with the error that an API gives for a store.Code.
//
//go:wasmexport failure
func failure(api, options, code int32) {
	answerError(storage.Failure(&catalogue.Table[api], storageOptions(options), store.Code(code)))
}

// not_found answers with the error of reading a key that has no value.
//
//go:wasmexport not_found
func notFound(api int32) { answerError(storage.NotFound(&catalogue.Table[api])) }

// not_sealed answers with the error of decrypting what is not encrypted.
//
//go:wasmexport not_sealed
func notSealed(api int32) { answerError(storage.NotSealed(&catalogue.Table[api])) }

// fail answers with a failure whose reason is in the scratch buffer.
//
//go:wasmexport fail
func fail(api int32) { answerError(polyfill.Fail(&catalogue.Table[api], " "+scratchText(), 0)) }

// whole_argument is the check of the argument itself.
var wholeArgument = catalogue.Check{Want: "Object"}

// violated notes a check that an argument has not passed; the type found is in
// the scratch buffer. A negative check is that of the argument itself.
//
//go:wasmexport violated
func violated(api, check int32) {
	c := &wholeArgument
	if check >= 0 {
		c = &catalogue.Table[api].Checks[check]
	}
	violations = append(violations, polyfill.Violation{Check: c, Actual: scratchText()})
}

// invalid answers with the parameter error for what has been violated.
//
//go:wasmexport invalid
func invalid(api int32) {
	answerError(polyfill.Invalid(&catalogue.Table[api], violations))
	violations = violations[:0]
}

//go:wasmexport can_use
func canUse(platform int32) int32 {
	return boolean(catalogue.CanIUse(catalogue.Platform(platform), scratchText()))
}

//go:wasmexport current_size
func currentSize(platform int32, units float64) float64 {
	return storage.CurrentSize(catalogue.Platform(platform), uint64(units))
}

//go:wasmexport limit_size
func limitSize() float64 { return catalogue.LimitSize }

//go:wasmexport limit_units
func limitUnits(platform int32) float64 {
	return float64(catalogue.StorageLimits[platform].TotalUnits)
}
