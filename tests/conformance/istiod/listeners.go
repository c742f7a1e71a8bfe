package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/types"

	security "istio.io/api/security/v1beta1"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/config/schema/gvk"
	"istio.io/istio/pkg/kube/krt"
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

// Everything that istiod would push to a proxy, in the JSON form of Envoy's protobufs: listeners, clusters, and the
// routes that the listeners name.
func listeners(asked job) (found answer) {
	withProxy(asked, func(generated *core.ConfigGenTest, node *model.Proxy) {
		pushed := generated.Listeners(node)
		found = answer{
			"listeners": plain(pushed),
			"clusters":  plain(generated.Clusters(node)),
			"routes":    plain(generated.RoutesFromListeners(node, pushed)),
		}
	})
	return found
}

func plain[M proto.Message](messages []M) []json.RawMessage {
	texts := []json.RawMessage{}
	for _, message := range messages {
		text, err := protojson.Marshal(message)
		must(err)
		texts = append(texts, text)
	}
	return texts
}

func withProxy(asked job, use func(*core.ConfigGenTest, *model.Proxy)) {
	harness := &failer{}
	defer harness.end()
	krt.GlobalDebugHandler = new(krt.DebugHandler) // it keeps every collection that it was ever told of
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
	mustNotFetch(generated)
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

// Keys are not fetched here: nothing but this program may decide what an answer is.
func mustNotFetch(generated *core.ConfigGenTest) {
	for _, object := range generated.Store().List(gvk.RequestAuthentication, model.NamespaceAll) {
		for _, rule := range object.Spec.(*security.RequestAuthentication).JwtRules {
			if rule.Jwks == "" {
				panic(fmt.Sprintf("%s/%s has a rule without jwks: keys are not fetched here", object.Namespace, object.Name))
			}
		}
	}
}
