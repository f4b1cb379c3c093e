//go:build unix

package browser

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the command the head of a process group, so that killGroup reaches all of Chromium's processes.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
