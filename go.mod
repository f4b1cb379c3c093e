module minipoly

go 1.26
