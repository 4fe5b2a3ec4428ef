// An OpenID Connect provider for tests: node provider.mjs PORT REDIRECT_URI. Everybody signs in with any password.
import { Provider } from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "silun", client_secret: "loopback-only", redirect_uris: [redirect] }],
  claims: { openid: ["sub"], profile: ["preferred_username", "name"], email: ["email"] },
  // "liwen@2" is a second identity that claims the account name of "liwen".
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id.split("@")[0], name: id }),
  }),
  cookies: { keys: ["loopback"] },
  pkce: { required: () => true },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
