// Package dns stands for lego's package of that name, which pulls in the clients of two hundred DNS services. Nothing here
// asks for certificates, and some of the clients are not served as modules.
package dns

import (
	"fmt"

	"github.com/go-acme/lego/v5/challenge"
)

func NewDNSChallengeProviderByName(name string) (challenge.Provider, error) {
	return nil, fmt.Errorf("built without DNS providers: %s", name)
}
