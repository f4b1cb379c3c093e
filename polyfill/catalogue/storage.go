package catalogue

import "minipoly/store"

// Everything below is written out as plain literals, so that the compiler can
// lay it into the data section: a function that built the table would be code
// in the browser module.

var (
	keyCheck = []Check{{Path: "key", Want: "String"}}

	none     = []string{"success", "fail", "complete"}
	key      = []string{"key", "success", "fail", "complete"}
	keyData  = []string{"key", "data", "success", "fail", "complete"}
	errMsg   = []string{"errMsg"}
	infoMsg  = []string{"keys", "currentSize", "limitSize", "errMsg"}
	info     = []string{"keys", "currentSize", "limitSize"}
	data     = []string{"data"}
	outcome  = []string{"success", "error", "errorMessage"}
	dataSync = []string{"data", "error", "errorMessage"}
)

var (
	kvListChecks = []Check{
		{Path: "kvList", Want: "Array", MinItems: 1},
		{Path: "kvList.0", Want: "Object"},
		{Path: "kvList.0.key", Want: "String", NotEmpty: true},
	}
	keyListChecks = []Check{
		{Path: "keyList", Want: "Array", MinItems: 1},
		{Path: "keyList.0", Want: "String", NotEmpty: true},
	}
)

// storageTable: wx parameter errors carry errno 1001 in the APIs that the base
// library checks against a template, none in those it checks by exception
// (spec wx-conventions.md section 6).
const (
	wxSource = "wx-storage.md section 1"
	mySource = "my-storage.md section 1"
)

var storageTable = []API{
	{Platform: Wx, Name: "setStorage", Family: "storage", Source: wxSource, Checks: keyCheck, Errno: 1001, Object: []string{"key", "data", "encrypt", "success", "fail", "complete"}, Success: errMsg},
	{Platform: Wx, Name: "getStorage", Family: "storage", Source: wxSource, Checks: keyCheck, Object: []string{"key", "encrypt", "success", "fail", "complete"}, Success: []string{"data", "errMsg"}},
	{Platform: Wx, Name: "removeStorage", Family: "storage", Source: wxSource, Checks: keyCheck, Errno: 1001, Object: key, Success: errMsg},
	{Platform: Wx, Name: "clearStorage", Family: "storage", Source: wxSource, Object: none, Success: errMsg},
	{Platform: Wx, Name: "getStorageInfo", Family: "storage", Source: wxSource, Object: none, Success: infoMsg},
	{Platform: Wx, Name: "batchSetStorage", Family: "storage", Source: wxSource, Checks: kvListChecks, Object: []string{"kvList", "success", "fail", "complete"}, Success: errMsg},
	{Platform: Wx, Name: "batchGetStorage", Family: "storage", Source: wxSource, Checks: keyListChecks, Object: []string{"keyList", "success", "fail", "complete"}, Success: []string{"dataList", "errMsg"}},
	{Platform: Wx, Name: "setStorageSync", Family: "storage", Source: wxSource, Kind: Sync},
	{Platform: Wx, Name: "getStorageSync", Family: "storage", Source: wxSource, Kind: Sync},
	{Platform: Wx, Name: "removeStorageSync", Family: "storage", Source: wxSource, Kind: Sync},
	{Platform: Wx, Name: "clearStorageSync", Family: "storage", Source: wxSource, Kind: Sync},
	{Platform: Wx, Name: "getStorageInfoSync", Family: "storage", Source: wxSource, Kind: Sync, Return: info},
	{Platform: Wx, Name: "batchSetStorageSync", Family: "storage", Source: wxSource, Kind: Sync, Checks: kvListChecks},
	{Platform: Wx, Name: "batchGetStorageSync", Family: "storage", Source: wxSource, Kind: Sync, Checks: keyListChecks},
	{Platform: Wx, Name: "createBufferURL", Family: "storage", Source: wxSource, Kind: Sync},
	{Platform: Wx, Name: "revokeBufferURL", Family: "storage", Source: wxSource, Kind: Sync},
	{Platform: Wx, Name: "canIUse", Family: "base", Kind: Sync, Source: "wx-conventions.md section 7"},

	{Platform: My, Name: "setStorage", Family: "storage", Source: mySource, Object: keyData, Return: outcome},
	{Platform: My, Name: "getStorage", Family: "storage", Source: mySource, Object: key, Return: data},
	{Platform: My, Name: "removeStorage", Family: "storage", Source: mySource, Object: key},
	{Platform: My, Name: "clearStorage", Family: "storage", Source: mySource, Object: none},
	{Platform: My, Name: "getStorageInfo", Family: "storage", Source: mySource, Object: none, Return: info},
	{Platform: My, Name: "setStorageSync", Family: "storage", Source: mySource, Kind: Sync, Object: []string{"key", "data"}, Return: outcome},
	{Platform: My, Name: "getStorageSync", Family: "storage", Source: mySource, Kind: Sync, Object: []string{"key"}, Return: dataSync},
	{Platform: My, Name: "removeStorageSync", Family: "storage", Source: mySource, Kind: Sync, Object: []string{"key"}, Return: outcome},
	{Platform: My, Name: "clearStorageSync", Family: "storage", Source: mySource, Kind: Sync, Return: outcome},
	{Platform: My, Name: "getStorageInfoSync", Family: "storage", Source: mySource, Kind: Sync, Return: info},
	{Platform: My, Name: "canIUse", Family: "base", Kind: Sync, Source: "my-conventions.md section 6"},
}

// StorageLimits are the quotas of the platforms, in UTF-16 units.
var StorageLimits = [...]store.Limits{
	// spec wx-storage.md section 4: an entry above 1,048,576 is refused, key
	// included; so is a write after which the total would reach 10,485,760.
	// Encrypted: 0.7 MB and 7.1 MB of plain text.
	Wx: {
		EntryUnits: 1 << 20, EntryCountsKey: true, TotalUnits: 10 << 20,
		SealedEntryUnits: 7 * (1 << 20) / 10, SealedTotalUnits: 71 * (1 << 20) / 10,
	},
	// spec my-storage.md section 4: the text with its wrapper
	// {"APDataStorage":…} may have 204,800, the key not counted; an overwriting
	// entry may fill the total exactly.
	My: {EntryUnits: 200 << 10, WrapUnits: 18, TotalUnits: 10 << 20, OverwriteMayFill: true, SealsAll: true},
}

// LimitSize is the limitSize of getStorageInfo in KB (both platforms).
const LimitSize = 10240
