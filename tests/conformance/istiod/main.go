// Answers jobs with istiod's own code: one JSON object a line in, one a line out, in order.
//
// A job names its operation; see each file. What goes wrong with one job is its answer, and the next job goes on.
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
			text, _ := json.Marshal(answered(line))
			answers.Write(text)
			answers.WriteByte('\n')
			if lines.Buffered() == 0 {
				answers.Flush()
			}
		}
		if err != nil {
			answers.Flush()
			return
		}
	}
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
	defer func() {
		if wrong := recover(); wrong != nil {
			given = answer{"error": fmt.Sprint(wrong)}
		}
	}()
	var asked job
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{"error": err.Error()}
	}
	operation, known := operations[asked.Op]
	if !known {
		return answer{"error": fmt.Sprintf("no operation %q", asked.Op)}
	}
	return operation(asked)
}
