"""Tokens as Istio's proxies judge them: a JWT (RFC 7519) signed by a key of a declared issuer (RFC 7515).

Nothing here keeps, prints or raises the text of a token. Where Envoy and an RFC differ, the verdict is Envoy's and the
difference is said. Sources: Envoy 1.40 `source/common/jwt/*.cc`, `source/extensions/filters/http/jwt_authn/*.cc`.
"""
