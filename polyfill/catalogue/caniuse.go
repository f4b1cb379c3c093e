package catalogue

// CanIUse answers canIUse(schema) for a platform: schema is
// api.method.param.option, and every given step must be in the table (spec
// wx-conventions.md section 7, my-conventions.md section 6).
func CanIUse(p Platform, schema string) bool {
	steps := splitPath(schema)
	if len(steps) == 0 || schema[len(schema)-1] == '.' {
		return false
	}
	i := Find(p, steps[0])
	if i < 0 {
		return false
	}
	if len(steps) == 1 {
		return true
	}
	a := &Table[i]
	var names []string
	switch {
	case steps[1] == "object":
		names = a.Object
	case steps[1] == "success" && p == Wx:
		names = a.Success
	case steps[1] == "return", steps[1] == "callback" && p == My:
		names = a.Return
	}
	if len(steps) == 2 {
		return len(names) > 0
	}
	if len(steps) > 3 {
		return false
	}
	for _, n := range names {
		if n == steps[2] {
			return true
		}
	}
	return false
}
