// Answers jobs with istiod's own code: one JSON object a line in, one a line out, in order.
//
// A job names its operation; see each file. Its `id`, if any, comes back with the answer. What goes wrong with one job
// is its answer, and the next job goes on.
// istiod's loggers print to stdout by default, which belongs to the answers here, so they are silenced.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"istio.io/istio/pkg/log"
)

type job struct {
	ID        any               `json:"id"`
	Op        string            `json:"op"`
	Document  json.RawMessage   `json:"document"`
	Documents []json.RawMessage `json:"documents"`
	Mesh      json.RawMessage   `json:"mesh"`
	Proxy     proxy             `json:"proxy"`
}

type answer map[string]any

var operations = map[string]func(job) answer{
	"validate":  validate,
	"schema":    schemaOf,
	"authz":     authorization,
	"listeners": listeners,
}

func main() {
	silence()
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	answers := bufio.NewWriter(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			must(write(answers, answered(line)))
			if lines.Buffered() == 0 {
				must(answers.Flush())
			}
		}
		if err != nil {
			must(answers.Flush())
			return
		}
	}
}

func write(stream *bufio.Writer, given answer) error {
	text, err := json.Marshal(given)
	if err != nil {
		return err
	}
	_, err = stream.Write(append(text, '\n'))
	return err
}

func silence() {
	options := log.DefaultOptions()
	options.OutputPaths = []string{"stderr"}
	options.SetDefaultOutputLevel("all", log.NoneLevel)
	if err := log.Configure(options); err != nil {
		panic(err)
	}
}

func answered(line []byte) (given answer) {
	var asked job
	defer func() {
		if wrong := recover(); wrong != nil {
			given = answer{"error": fmt.Sprint(wrong)}
		}
		if asked.ID != nil {
			given["id"] = asked.ID
		}
	}()
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{"error": err.Error()}
	}
	operation, known := operations[asked.Op]
	if !known {
		return answer{"error": fmt.Sprintf("no operation %q", asked.Op)}
	}
	return operation(asked)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
