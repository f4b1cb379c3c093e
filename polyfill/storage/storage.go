// Package storage is the storage family: which keys each platform accepts and
// what it says when a call fails. The values lie in a store.Space.
package storage

import (
	"minipoly/polyfill"
	"minipoly/polyfill/catalogue"
	"minipoly/store"
)

// reserved begins the keys that WeChat keeps for plugins (spec wx-storage.md
// section 3, key rules).
const reserved = "__plugins__"

// Options are choices of a dialect.
type Options struct {
	// LegacyInvalidParams gives my error 11 "invalid params" for bad
	// arguments, as the pages of 2022 did, in place of 2.
	LegacyInvalidParams bool
}

// CheckKey decides whether an API accepts a key (spec wx-storage.md section 3,
// key rules; my-storage.md section 3). It returns nil for a good one.
func CheckKey(a *catalogue.API, o *Options, key string) *polyfill.Error {
	if key == "" {
		return Failure(a, o, store.InvalidKey)
	}
	if a.Platform == catalogue.Wx && hasPrefix(key, reserved) {
		return polyfill.Fail(a, ` invalid key "`+key+`"`, 0)
	}
	return nil
}

// Failure returns what an API says when the engine refused or failed (spec
// wx-storage.md section 7, my-storage.md section 6).
func Failure(a *catalogue.API, o *Options, code store.Code) *polyfill.Error {
	if a.Platform == catalogue.My {
		return myFailure(a, o, code)
	}
	switch code {
	case store.InvalidKey:
		switch a.Name {
		case "getStorage":
			return polyfill.Fail(a, " data not found", 0)
		case "removeStorage", "removeStorageSync":
			return polyfill.Fail(a, "", 0)
		}
		return polyfill.Fail(a, ":invalid key", 800003)
	case store.EntryTooLarge:
		return polyfill.Fail(a, ":entry size limit reached", 0)
	case store.QuotaExceeded:
		return polyfill.Fail(a, " exceed storage max size 10Mb", 0)
	}
	return polyfill.Fail(a, ":internal error set DB data fail", 4)
}

// NotFound returns the failure of wx.getStorage for a key without a value.
func NotFound(a *catalogue.API) *polyfill.Error { return polyfill.Fail(a, " data not found", 0) }

// NotSealed returns the failure of wx.getStorage with encrypt for a value that
// was stored without.
func NotSealed(a *catalogue.API) *polyfill.Error { return polyfill.Fail(a, ":decrypt fail", 0) }

func myFailure(a *catalogue.API, o *Options, code store.Code) *polyfill.Error {
	switch code {
	case store.InvalidKey:
		if o.LegacyInvalidParams {
			return &polyfill.Error{Text: "invalid params", Number: 11}
		}
		return &polyfill.Error{Text: "必填参数为空", Number: 2}
	case store.QuotaExceeded:
		return &polyfill.Error{Text: "存储总大小达到上限", Number: 12}
	case store.EntryTooLarge:
		return &polyfill.Error{Text: "data长度超限", Number: 14}
	}
	switch {
	case hasPrefix(a.Name, "remove"):
		return &polyfill.Error{Text: "删除时native异常", Number: 15}
	case hasPrefix(a.Name, "clear"):
		return &polyfill.Error{Text: "清除失败", Number: 16}
	}
	return &polyfill.Error{Text: "存储时native异常", Number: 13}
}

// CurrentSize returns currentSize in KB for a number of UTF-16 units: whole
// and rounded up for wx (spec wx-storage.md section 4), with two decimals for
// my (spec my-storage.md section 3).
func CurrentSize(p catalogue.Platform, units uint64) float64 {
	if p == catalogue.My {
		return float64((units*100+512)/1024) / 100
	}
	return float64((units + 1023) / 1024)
}

// hasPrefix stands for strings.HasPrefix: that package brings the tables of
// unicode along, a third of the browser module.
func hasPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && s[:len(prefix)] == prefix
}
