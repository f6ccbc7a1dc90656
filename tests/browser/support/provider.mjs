// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
// Google and Apple as others wrote them: npm's oidc-provider with the ways of each, over HTTPS on a
// site of its own (google.localhost, apple.localhost).
import { createPublicKey, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import OpenIdProvider from 'oidc-provider';

import { run, temporaryFolder } from './process.mjs';

const secret = 'a secret with spaces & signs: 100%';
const team = 'ABCDE12345';
const keyId = 'ABC123DEFG';
const clientIds = { google: '1234.apps.test', apple: 'test.example.id' };

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part) => JSON.parse(Buffer.from(part, 'base64url'));
const seconds = () => Math.floor(Date.now() / 1000);

async function makeCertificate(folder, host) {
    const key = path.join(folder, 'key.pem');
    const certificate = path.join(folder, 'certificate.pem');
    await run('openssl', [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
        ...['-days', '2', '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`],
        ...['-keyout', key, '-out', certificate],
    ]);
    return { key, certificate };
}

export class Provider {
    person; // who signs in next
    isDown = false;
    #seen = new Set(); // subjects that agreed before: Apple tells no name again
    #openid;

    static async start(kind) {
        const provider = new Provider();
        provider.kind = kind;
        const { folder, remove } = temporaryFolder(kind);
        provider.#remove = remove;
        provider.#tls = await makeCertificate(folder, `${kind}.localhost`);
        provider.#server = https.createServer({
            key: readFileSync(provider.#tls.key),
            cert: readFileSync(provider.#tls.certificate),
        });
        provider.#server.on('request', (request, response) => {
            if (provider.isDown) request.socket.destroy();
            else provider.#openid.callback()(request, response);
        });
        await once(provider.#server.listen(0, '127.0.0.1'), 'listening');
        provider.issuer = `https://${kind}.localhost:${provider.#server.address().port}`;
        provider.#writeCredential(folder);
        return provider;
    }

    #remove;
    #tls;
    #server;
    #credential; // lines of the configuration
    #clientKey; // Apple: what signs the client's secrets
    #signingKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

    #writeCredential(folder) {
        const file = path.join(folder, 'credential');
        if (this.kind === 'google') {
            writeFileSync(file, secret, { mode: 0o600 });
            this.#credential = `client_secret_file = "${file}"`;
            return;
        }
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
        this.#clientKey = createPublicKey(privateKey);
        this.#credential = `team_id = "${team}"\nkey_id = "${keyId}"\nkey_file = "${file}"`;
    }

    /** Its section in the configuration. */
    section() {
        return `
[providers.${this.kind}]
issuer = "${this.issuer}"
client_id = "${clientIds[this.kind]}"
${this.#credential}
network = "private"
ca_file = "${this.#tls.certificate}"
`;
    }

    /** Knows the Latchkey of this origin as its client from now on. */
    register(origin) {
        const signingKey = this.#signingKey.export({ format: 'jwk' });
        this.#openid = new OpenIdProvider(this.issuer, {
            clients: [
                {
                    client_id: clientIds[this.kind],
                    client_secret: secret,
                    redirect_uris: [`${origin}/sign-in/with/${this.kind}/callback`],
                    response_types: ['code'],
                    grant_types: ['authorization_code'],
                    token_endpoint_auth_method: 'client_secret_post',
                    id_token_signed_response_alg: 'RS256',
                },
            ],
            jwks: { keys: [{ ...signingKey, kid: 'k1', use: 'sig' }] },
            cookies: { keys: [randomUUID()] },
            pkce: { required: () => true },
            claims: { email: ['email', 'email_verified', 'is_private_email', 'hd'] },
            conformIdTokenClaims: false, // both put the address into the ID token
            features: { devInteractions: { enabled: false } },
            interactions: { url: (_, { uid }) => `/interaction/${uid}` },
            findAccount: (_, sub) => ({ accountId: sub, claims: () => this.#claims(sub) }),
            loadExistingGrant: (context) => this.#grant(context),
        });
        this.#openid.use((context, next) => this.#serve(context, next));
        this.#origin = origin;
    }

    #origin;

    #claims(sub) {
        if (this.kind === 'google') return { hd: 'example.test', ...this.person, sub };
        return { ...this.person, email_verified: 'true', is_private_email: 'false', sub };
    }

    async #grant({ oidc }) {
        const { accountId } = oidc.session;
        const grant = new this.#openid.Grant({ clientId: oidc.client.clientId, accountId });
        grant.addOIDCScope('openid email');
        await grant.save();
        return grant;
    }

    async #serve(context, next) {
        if (context.path.startsWith('/interaction/')) return this.#interact(context);
        if (this.kind === 'apple' && context.path === '/token') await this.#checkClient(context);
        await next();
        if (this.kind === 'apple') this.#addName(context);
    }

    /** Somebody with this address there signs in next. */
    expect(email) {
        this.person = { sub: `sub-of-${email}`, email, email_verified: true };
    }

    /** The page where the person agrees, or does not. */
    async #interact(context) {
        if (context.method === 'GET') {
            context.type = 'html';
            context.body = `<!doctype html><html lang="en"><title>${this.kind}</title>
                <h1>${this.kind}: ${this.person.email}</h1><form method="post">
                <button name="answer" value="yes">Agree</button>
                <button name="answer" value="no">Cancel</button></form></html>`;
            return;
        }
        const { answer } = Object.fromEntries(new URLSearchParams(await text(context.req)));
        const result =
            answer === 'yes'
                ? { login: { accountId: this.person.sub, remember: false } }
                : { error: 'access_denied' };
        context.respond = false;
        await this.#openid.interactionFinished(context.req, context.res, result, {
            mergeWithLastSubmission: false,
        });
    }

    /** Apple: the client's secret is a token that its key signed, for us and for a short while. */
    async #checkClient(context) {
        const form = Object.fromEntries(new URLSearchParams(await text(context.req)));
        const [header, claims, signature] = (form.client_secret ?? '').split('.');
        const key = { key: this.#clientKey, dsaEncoding: 'ieee-p1363' };
        const signed = Buffer.from(`${header}.${claims}`);
        const { alg, kid } = decode(header);
        const { iss, sub, aud, iat, exp } = decode(claims);
        const isRight =
            verify('sha256', signed, key, Buffer.from(signature, 'base64url')) &&
            alg === 'ES256' &&
            kid === keyId &&
            iss === team &&
            sub === form.client_id &&
            aud === this.issuer &&
            exp > seconds() &&
            exp - iat <= 15_777_000;
        context.req.body = { ...form, client_secret: isRight ? secret : 'wrong' };
    }

    /** Apple: the name comes with the first form only. */
    #addName(context) {
        const isForm = typeof context.body === 'string' && context.body.includes('name="code"');
        if (!isForm || this.#seen.has(this.person.sub)) return;
        this.#seen.add(this.person.sub);
        const user = JSON.stringify({ name: { firstName: 'Ada' } }).replaceAll('"', '&quot;');
        const field = `<input type="hidden" name="user" value="${user}"/></form>`;
        context.body = context.body.replace('</form>', field);
    }

    /** Apple tells Latchkey of an event, from server to server: the status of the answer. */
    async notify(type) {
        const header = encode({ alg: 'RS256', kid: 'k1' });
        const claims = encode({
            iss: this.issuer,
            aud: clientIds.apple,
            iat: seconds() + 1, // a notice of the second in which the link was made says nothing
            jti: randomUUID(),
            events: JSON.stringify({ type, sub: this.person.sub, event_time: Date.now() }),
        });
        const signed = `${header}.${claims}`;
        const signature = sign('sha256', Buffer.from(signed), this.#signingKey);
        const answer = await fetch(`${this.#origin}/sign-in/with/apple/notices`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ payload: `${signed}.${signature.toString('base64url')}` }),
        });
        return answer.status;
    }

    async stop() {
        this.#server.close();
        this.#server.closeAllConnections();
        this.#remove();
    }
}
