package main

import (
	"encoding/json"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking"
	"istio.io/istio/pilot/pkg/networking/core"
	"istio.io/istio/pilot/pkg/networking/plugin/authz"
)

// The filters that istiod makes of the policies that apply to a workload, for requests and for connections, in the
// order of a filter chain: those that ask a provider stand before the others.
func authorization(asked job) answer {
	http, tcp := []json.RawMessage{}, []json.RawMessage{}
	withProxy(asked, func(generated *core.ConfigGenTest, node *model.Proxy) {
		for _, action := range []authz.ActionType{authz.Custom, authz.Local} {
			builder := authz.NewBuilder(action, generated.PushContext(), node, false)
			http = append(http, plain(builder.BuildHTTP(networking.ListenerClassSidecarInbound))...)
			tcp = append(tcp, plain(builder.BuildTCP())...)
		}
	})
	return answer{"http": http, "tcp": tcp}
}
