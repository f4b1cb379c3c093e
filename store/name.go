package store

// SpaceName joins the levels of isolation (platform, app, user, plugin, web
// view) to a name that no other list of levels can produce. Levels are given
// as UTF-16 code units, since ids come from JavaScript and may hold anything:
// ASCII letters, digits and '-' stand for themselves, every other unit is
// written as '_' and four hexadecimal digits, and '.' separates the levels.
func SpaceName(levels ...[]uint16) string {
	const hex = "0123456789abcdef"
	var b []byte
	for i, level := range levels {
		if i > 0 {
			b = append(b, '.')
		}
		for _, u := range level {
			switch {
			case u >= '0' && u <= '9', u >= 'A' && u <= 'Z', u >= 'a' && u <= 'z', u == '-':
				b = append(b, byte(u))
			default:
				b = append(b, '_', hex[u>>12], hex[u>>8&15], hex[u>>4&15], hex[u&15])
			}
		}
	}
	return string(b)
}
