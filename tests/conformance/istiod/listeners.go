package main

import (
	"encoding/json"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"k8s.io/apimachinery/pkg/types"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	"istio.io/istio/pkg/config/mesh"
)

const version = "1.32.0"

type proxy struct {
	Kind      string            `json:"kind"`
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels"`
	Address   string            `json:"address"`
}

// No Gateway of the Gateway API has pools of inference; the test harness of istiod leaves the controller out.
type noGateways struct{ model.GatewayController }

func (noGateways) HasInferencePool(types.NamespacedName) bool { return false }

// Every listener that istiod would push to a proxy, in the JSON form of Envoy's protobufs.
func listeners(asked job) answer {
	found := []json.RawMessage{}
	withProxy(asked, func(generated *core.ConfigGenTest, node *model.Proxy) {
		for _, listener := range generated.Listeners(node) {
			text, err := protojson.Marshal(listener)
			must(err)
			found = append(found, text)
		}
	})
	return answer{"listeners": found}
}

func withProxy(asked job, use func(*core.ConfigGenTest, *model.Proxy)) {
	harness := &failer{}
	defer harness.end()
	settings := mesh.DefaultMeshConfig()
	if len(asked.Mesh) > 0 && string(asked.Mesh) != "null" {
		merged, err := mesh.ApplyMeshConfig(string(asked.Mesh), settings)
		must(err)
		settings = merged
	}
	documents := []string{}
	for _, document := range asked.Documents {
		documents = append(documents, string(document))
	}
	generated := core.NewConfigGenTest(
		harness, core.TestOptions{ConfigString: strings.Join(documents, "\n---\n"), MeshConfig: settings})
	generated.PushContext().GatewayAPIController = noGateways{}
	node := &model.Proxy{
		ConfigNamespace: asked.Proxy.Namespace,
		Labels:          asked.Proxy.Labels,
		Metadata: &model.NodeMetadata{
			Namespace: asked.Proxy.Namespace, Labels: asked.Proxy.Labels, IstioVersion: version,
		},
		IPAddresses: []string{asked.Proxy.Address},
	}
	if asked.Proxy.Kind == "gateway" {
		node.Type = model.Router
		node.Metadata.ProxyConfig = (*model.NodeMetaProxyConfig)(settings.DefaultConfig)
	}
	use(generated, generated.SetupProxy(node))
}
