package main

import (
	"fmt"
	"os"
)

// What istiod's test harness asks of a test: here a failure ends one job, and cleaning up is done at its end.
type failer struct{ cleanups []func() }

func (*failer) Fail()                            { panic("the harness failed") }
func (*failer) FailNow()                         { panic("the harness failed") }
func (*failer) Fatal(words ...any)               { panic(fmt.Sprint(words...)) }
func (*failer) Fatalf(form string, words ...any) { panic(fmt.Sprintf(form, words...)) }
func (*failer) Log(...any)                       {}
func (*failer) Logf(string, ...any)              {}
func (*failer) TempDir() string                  { return os.TempDir() }
func (*failer) Helper()                          {}
func (harness *failer) Cleanup(last func())      { harness.cleanups = append(harness.cleanups, last) }
func (*failer) Skip(words ...any)                { panic(fmt.Sprint(words...)) }
func (*failer) Name() string                     { return "conformance" }
func (*failer) Setenv(name, value string)        { panic("the harness wants " + name + "=" + value) }

func (harness *failer) end() {
	for index := len(harness.cleanups) - 1; index >= 0; index-- {
		harness.cleanups[index]()
	}
}
