package store

// Mark returns a point to which Rollback can go back. It is used for a batch
// of writes of which all or none are to hold; they must be Awaited or Strict.
func (s *Space) Mark() int { return len(s.log.undo) }

// Rollback takes back every write since mark, in the same task.
func (s *Space) Rollback(mark int) {
	for i := len(s.log.undo) - 1; i >= mark; i-- {
		s.takeBack(&s.log.undo[i])
	}
	s.log.undo = s.log.undo[:mark]
}
