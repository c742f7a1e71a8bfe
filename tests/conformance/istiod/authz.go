package main

import (
	"encoding/json"

	"google.golang.org/protobuf/encoding/protojson"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking"
	"istio.io/istio/pilot/pkg/networking/core"
	"istio.io/istio/pilot/pkg/networking/plugin/authz"
)

// The RBAC filters that istiod makes of the policies that apply to a workload, for requests and for connections.
func authorization(asked job) answer {
	http, tcp := []json.RawMessage{}, []json.RawMessage{}
	withProxy(asked, func(generated *core.ConfigGenTest, node *model.Proxy) {
		builder := authz.NewBuilder(authz.Local, generated.PushContext(), node, false)
		for _, filter := range builder.BuildHTTP(networking.ListenerClassSidecarInbound) {
			text, err := protojson.Marshal(filter)
			must(err)
			http = append(http, text)
		}
		for _, filter := range builder.BuildTCP() {
			text, err := protojson.Marshal(filter)
			must(err)
			tcp = append(tcp, text)
		}
	})
	return answer{"http": http, "tcp": tcp}
}
