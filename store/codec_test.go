package store

import (
	"bytes"
	"slices"
	"testing"
	"unicode/utf16"
)

func FuzzNumber(f *testing.F) {
	f.Add(uint64(0), 1, []byte(""))
	f.Add(uint64(1<<54-1), 9, []byte("~~~~~~~~~"))
	f.Add(uint64(63), 1, []byte("\x00"))
	f.Add(uint64(64), 2, []byte("1 "))
	f.Fuzz(func(t *testing.T, n uint64, width int, raw []byte) {
		width = 1 + int(uint(width)%9)
		n &= 1<<(6*uint(width)) - 1
		b := AppendNumber([]byte("before"), n, width)
		if got, ok := ParseNumber(b[len("before"):], width); !ok || got != n || len(b) != len("before")+width {
			t.Fatalf("%d in %d digits is %q, read as %d (%v)", n, width, b, got, ok)
		}
		// Arbitrary bytes are refused, or are the only way to write what they say.
		if got, ok := ParseNumber(raw, width); ok && !bytes.Equal(AppendNumber(nil, got, width), raw[:width]) {
			t.Fatalf("%q is read as %d", raw, got)
		}
	})
}

func FuzzHeader(f *testing.F) {
	f.Add(uint32(0), uint32(3), uint32(4), uint32(4), byte(1), uint64(1_700_000_000_000<<10), uint32(77), uint32(0xdeadbeef), []byte("x"))
	f.Add(uint32(1<<30-1), uint32(1<<24-1), uint32(1<<24-1), uint32(1<<24-1), byte(39), uint64(1<<54-1), uint32(1<<24-1), uint32(1<<32-1), bytes.Repeat([]byte("~"), EntryWidth))
	f.Add(uint32(0), uint32(0), uint32(0), uint32(0), byte(0), uint64(0), uint32(0), uint32(0), bytes.Repeat([]byte("0"), EntryWidth))
	f.Fuzz(func(t *testing.T, offset, keyUnits, textUnits, units uint32, tag byte, version uint64, node, sum uint32, raw []byte) {
		h := EntryHeader{
			Offset: offset & (1<<30 - 1), KeyUnits: keyUnits & maxUnits, TextUnits: textUnits & maxUnits, Units: units & maxUnits,
			Tag: Tag(tag % byte(Floor+1)), Sealed: tag&sealedBit != 0, Version: version & (1<<54 - 1), Node: node & (1<<24 - 1), Sum: sum,
		}
		if h.Tag == Floor {
			h.KeyUnits = 0
		} else if h.KeyUnits == 0 {
			h.KeyUnits = 1
		}
		b := AppendHeader(nil, &h)
		got, stored, ok := ParseHeader(b)
		got.Sum = sum
		if !ok || got != h || len(b) != EntryWidth || !Verify(b, stored, sum) {
			t.Fatalf("%+v is read as %+v (%v)", h, got, ok)
		}
		for _, c := range b {
			if c <= ' ' || c >= 0x7f {
				t.Fatalf("%q is not plain ASCII", b)
			}
		}
		// One changed byte anywhere behind the offset is noticed. (A wrong
		// offset finds a wrong key, or reads the same one.)
		at := 5 + int(version%uint64(EntryWidth-5))
		broken := slices.Clone(b)
		broken[at] ^= 1 << (node % 8)
		if _, stored, ok := ParseHeader(broken); ok && Verify(broken, stored, sum) {
			t.Fatalf("%q passes for %q", broken, b)
		}
		if sum != 0 && Verify(b, stored, sum^1<<(version%32)) {
			t.Fatal("another sum passes")
		}
		if h, stored, ok := ParseHeader(raw); ok {
			Verify(raw, stored, sum)
			if h.Tag > Floor || h.KeyUnits > maxUnits {
				t.Fatalf("%q is read as %+v", raw, h)
			}
		} else if len(raw) >= EntryWidth && allDigits(raw[:EntryWidth]) && raw[17] < '8' && raw[8] != '0' && raw[EntryWidth-6] < '4' {
			t.Fatalf("%q is refused", raw)
		}
	})
}

func allDigits(b []byte) bool {
	_, ok := ParseNumber(b, len(b))
	return ok
}

func FuzzSum(f *testing.F) {
	f.Add("key", "text", 0)
	f.Add("", "🙂", 1)
	f.Add("a", "", 9)
	f.Fuzz(func(t *testing.T, key, text string, at int) {
		k, v := utf16.Encode([]rune(key)), utf16.Encode([]rune(text))
		sum := Sum(k, v)
		if sumOf(key, text) != sum {
			t.Fatalf("two sums of %q %q", key, text)
		}
		if int(Units(key)) != len(k) {
			t.Fatalf("%q has %d units, %d counted", key, len(k), Units(key))
		}
		// One changed unit changes it, for every step is a bijection.
		all := slices.Concat(k, v)
		if len(all) == 0 {
			return
		}
		all[int(uint(at)%uint(len(all)))] ^= 1 << (uint(at) % 16)
		if Sum(all[:len(k)], all[len(k):]) == sum {
			t.Fatalf("a changed unit of %q %q is not noticed", key, text)
		}
		// So does the border between key and text.
		if len(k) > 0 && Sum(k[:len(k)-1], append([]uint16{k[len(k)-1]}, v...)) == sum {
			t.Fatalf("the border of %q %q is not noticed", key, text)
		}
	})
}

// FuzzSpaceName decodes names again, which shows that no two lists share one.
func FuzzSpaceName(f *testing.F) {
	f.Add("wx", "app", "user")
	f.Add("", "", "")
	f.Add("a.b", "a_002eb", "._-")
	f.Add("汉", "\x00", "🙂\xff")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		var levels [][]uint16
		for _, s := range []string{a, b, c} {
			// Bytes in pairs, so that lone surrogates come up as well.
			level := []uint16{}
			for i := 0; i+1 < len(s); i += 2 {
				level = append(level, uint16(s[i])<<8|uint16(s[i+1]))
			}
			for _, r := range s {
				level = append(level, uint16(r))
			}
			levels = append(levels, level)
		}
		name := SpaceName(levels...)
		got, ok := parseSpaceName(name)
		if !ok || len(got) != len(levels) {
			t.Fatalf("%q is read as %x", name, got)
		}
		for i := range got {
			if !slices.Equal(got[i], levels[i]) {
				t.Fatalf("%q is read as %x, want %x", name, got, levels)
			}
		}
	})
}

// parseSpaceName is the inverse of SpaceName.
func parseSpaceName(name string) (levels [][]uint16, ok bool) {
	level := []uint16{}
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '.':
			levels = append(levels, level)
			level = []uint16{}
		case c == '_':
			if i+4 >= len(name) {
				return nil, false
			}
			u := uint16(0)
			for _, d := range name[i+1 : i+5] {
				switch {
				case d >= '0' && d <= '9':
					u = u<<4 | uint16(d-'0')
				case d >= 'a' && d <= 'f':
					u = u<<4 | uint16(d-'a'+10)
				default:
					return nil, false
				}
			}
			level = append(level, u)
			i += 4
		default:
			level = append(level, uint16(c))
		}
	}
	return append(levels, level), true
}

// FuzzVisit shows arbitrary records to a space. Whatever they hold, the books
// stay balanced, and an undamaged entry before the garbage survives.
func FuzzVisit(f *testing.F) {
	good := EntryHeader{KeyUnits: 1, TextUnits: 1, Units: 1, Tag: String, Version: 5, Node: 1, Sum: sumOf("k", "v")}
	two := AppendHeader(AppendHeader(nil, &good), &good)
	floor := EntryHeader{Tag: Floor, Version: 9, Node: 1, Sum: sumOf("", "")}
	f.Add(two, "k", "v", false)
	f.Add(AppendHeader(nil, &floor), "", "", true)
	f.Add([]byte("short"), "k", "v", true)
	f.Add([]byte{}, "", "", false)
	f.Fuzz(func(t *testing.T, header []byte, key, text string, journal bool) {
		if len(header) > 20*EntryWidth {
			return
		}
		s, texts, host, disk := growing(true)
		w := &good
		show := func(h []byte, key, text string) {
			texts.Visit(func(int) (string, string, bool) { return key, text, true })
			if journal {
				s.Overheard(h)
			} else {
				s.visit(RecordID(s.log.seq+1), h)
				s.log.seq++
			}
		}
		show(AppendHeader(nil, w), "k", "v")
		show(header, key, text)
		if err := s.check(nil); err != nil {
			t.Fatal(err)
		}
		if len(s.free) == len(s.entries)-1 && s.entries[0].version == 0 {
			t.Fatal("the good entry is lost")
		}
		for range 5 {
			host.pass(3000)
			disk.land()
		}
		if err := s.check(nil); err != nil {
			t.Fatal(err)
		}
	})
}
