package catalogue

import "minipoly/store"

var (
	keyCheck  = []Check{{Path: "key", Want: "String"}}
	callbacks = []string{"success", "fail", "complete"}
)

func wxStorage(name string, kind Kind, checks []Check, errno int, object, success []string) API {
	a := API{
		Platform: Wx, Name: name, Family: "storage", Kind: kind, Checks: checks, Errno: errno,
		Optional: len(checks) == 0, Object: object, Source: "wx-storage.md section 1",
	}
	if kind == Async {
		a.Object = append(append([]string{}, object...), callbacks...)
		a.Success = append(append([]string{}, success...), "errMsg")
	} else {
		a.Return = success
	}
	return a
}

func myStorage(name string, kind Kind, object, returns []string) API {
	a := API{
		Platform: My, Name: name, Family: "storage", Kind: kind, Optional: len(object) == 0,
		Object: object, Return: returns, Source: "my-storage.md section 1",
	}
	if kind == Async {
		a.Object = append(append([]string{}, object...), callbacks...)
	}
	return a
}

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
	info = []string{"keys", "currentSize", "limitSize"}
)

// storageTable: wx parameter errors carry errno 1001 in the APIs that the base
// library checks against a template, none in those it checks by exception
// (spec wx-conventions.md section 6).
var storageTable = []API{
	wxStorage("setStorage", Async, keyCheck, 1001, []string{"key", "data", "encrypt"}, nil),
	wxStorage("getStorage", Async, keyCheck, 0, []string{"key", "encrypt"}, []string{"data"}),
	wxStorage("removeStorage", Async, keyCheck, 1001, []string{"key"}, nil),
	wxStorage("clearStorage", Async, nil, 0, nil, nil),
	wxStorage("getStorageInfo", Async, nil, 0, nil, info),
	wxStorage("batchSetStorage", Async, kvListChecks, 0, []string{"kvList"}, nil),
	wxStorage("batchGetStorage", Async, keyListChecks, 0, []string{"keyList"}, []string{"dataList"}),
	wxStorage("setStorageSync", Sync, nil, 0, nil, nil),
	wxStorage("getStorageSync", Sync, nil, 0, nil, nil),
	wxStorage("removeStorageSync", Sync, nil, 0, nil, nil),
	wxStorage("clearStorageSync", Sync, nil, 0, nil, nil),
	wxStorage("getStorageInfoSync", Sync, nil, 0, nil, info),
	wxStorage("batchSetStorageSync", Sync, kvListChecks, 0, nil, nil),
	wxStorage("batchGetStorageSync", Sync, keyListChecks, 0, nil, nil),
	wxStorage("createBufferURL", Sync, nil, 0, nil, nil),
	wxStorage("revokeBufferURL", Sync, nil, 0, nil, nil),
	{Platform: Wx, Name: "canIUse", Family: "base", Kind: Sync, Source: "wx-conventions.md section 7"},

	myStorage("setStorage", Async, []string{"key", "data"}, nil),
	myStorage("getStorage", Async, []string{"key"}, []string{"data"}),
	myStorage("removeStorage", Async, []string{"key"}, nil),
	myStorage("clearStorage", Async, nil, nil),
	myStorage("getStorageInfo", Async, nil, info),
	myStorage("setStorageSync", Sync, []string{"key", "data"}, []string{"success", "error", "errorMessage"}),
	myStorage("getStorageSync", Sync, []string{"key"}, []string{"data", "error", "errorMessage"}),
	myStorage("removeStorageSync", Sync, []string{"key"}, []string{"success", "error", "errorMessage"}),
	myStorage("clearStorageSync", Sync, nil, []string{"success"}),
	myStorage("getStorageInfoSync", Sync, nil, info),
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
	My: {EntryUnits: 200 << 10, WrapUnits: 18, TotalUnits: 10 << 20, OverwriteMayFill: true},
}

// LimitSize is the limitSize of getStorageInfo in KB (both platforms).
const LimitSize = 10240
