// A real identity provider on two free ports, one issuer: the second signs with keys of its own.
// Prints {issuer, stranger}. Tokens come by the client credentials of `kiran`, for a resource.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const key = (kid) => ({
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  kid, use: "sig", alg: "RS256",
});
const lives_s = { "urn:cablenet": 600, "urn:another": 600, "urn:cablenet:expired": -3600 };
const provider = (issuer, kid) => new Provider(issuer, {
  jwks: { keys: [key(kid)] },
  clients: [{
    client_id: "kiran", client_secret: "known to this test", redirect_uris: [],
    response_types: [], grant_types: ["client_credentials"],
  }],
  features: {
    clientCredentials: { enabled: true }, devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, resource) => ({
        scope: "plan", audience: resource.replace(":expired", ""),
        accessTokenFormat: "jwt", accessTokenTTL: lives_s[resource],
        jwt: { sign: { alg: "RS256" } },
      }),
    },
  },
});
const listen = async () => {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return [server, `http://127.0.0.1:${server.address().port}`];
};
const [[server, issuer], [other, stranger]] = [await listen(), await listen()];
server.on("request", provider(issuer, "ours").callback());
other.on("request", provider(issuer, "theirs").callback());
console.log(JSON.stringify({ issuer, stranger }));
