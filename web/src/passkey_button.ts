// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import { type Answer, type Fresh, readLocation } from './answers';
import { hasWorked, rememberItWorked } from './memory';
import { outcomeOfGet } from './outcomes';
import { focusHeading, Messages, showView } from './page';
import { askForPasskey, canUsePasskeys, findCapabilities } from './passkeys';
import { fetchFresh, post } from './server';
import { signalAccount, signalUnknown } from './signals';
import { type Capabilities, chooseWay, freshForMs, isInApp, type Way } from './ways';

/**
 * `<latchkey-passkey-button data-options="…">`: Continue with Passkey, autofill on the e-mail
 * field, and what is offered when no passkey was used (the views panel, add, email).
 */
export class PasskeyButton extends HTMLElement {
    private readonly messages = new Messages(this);
    private capabilities: Capabilities = { autofill: false, immediate: false };
    private call = new AbortController(); // of the call to the browser under way
    private isBusy = false;
    private address = new URL(this.dataset['here'] ?? '', location.href); // of fresh challenges
    private staleAt = 0;
    private timer: ReturnType<typeof setTimeout> | undefined;

    connectedCallback(): void {
        document.addEventListener('click', (event) => this.act(event));
        if (!canUsePasskeys()) {
            showView('email');
            for (const part of document.querySelectorAll('[data-needs-passkeys]')) part.remove();
            this.messages.alert(isInApp(navigator.userAgent) ? 'in_app' : 'unsupported');
            return;
        }
        document.addEventListener('visibilitychange', () => void this.renew());
        // Back from the next page: calls and timers of before are gone.
        window.addEventListener('pageshow', (event) => {
            if (event.persisted) void this.reset();
        });
        void this.start();
    }

    private async start(): Promise<void> {
        this.keepFresh();
        this.capabilities = await findCapabilities();
        await this.armAutofill();
    }

    private async reset(): Promise<void> {
        this.setBusy(false);
        this.messages.clear();
        this.staleAt = 0;
        await this.renew();
    }

    private act(event: Event): void {
        const target = event.target instanceof Element ? event.target : null;
        const action = target?.closest('[data-action]')?.getAttribute('data-action');
        switch (action) {
            case 'passkey':
                void this.use(chooseWay(this.capabilities, hasWorked(document.cookie)));
                break;
            case 'again':
                void this.use('modal');
                break;
            case 'other':
                void this.use('elsewhere');
                break;
            case 'add':
            case 'email':
                this.goTo(action);
                break;
            case 'back':
                this.goTo('start');
                break;
        }
    }

    private goTo(view: string): void {
        this.messages.clear();
        this.offer('[data-promote]', false);
        showView(view);
        void this.aim(view === 'add' ? 'add-passkey' : undefined);
        if (view === 'start') {
            this.querySelector<HTMLElement>('[data-action=passkey]')?.focus();
            return;
        }
        // Straight to the field; what it is for is read out with it.
        const email = document.querySelector<HTMLInputElement>('input[name=email]');
        email?.setAttribute('aria-describedby', `${view}-text`);
        email?.focus();
    }

    /** Waits, out of sight, for a passkey to be chosen at the e-mail field, where there is one. */
    private async armAutofill(): Promise<void> {
        if (!this.capabilities.autofill || this.isBusy) return;
        if (!document.querySelector('[autocomplete~=webauthn]')) return;
        if (this.isStale && !(await this.fetchChallenge())) return;
        let response: string;
        try {
            response = await askForPasskey(this.options, 'autofill', this.takeOver());
        } catch {
            return; // nobody asked for it, so nobody is told; the next challenge arms it again
        }
        this.setBusy(true);
        await this.finish(response);
    }

    private async use(way: Way): Promise<void> {
        if (this.isBusy) return;
        this.setBusy(true);
        this.messages.status('opening');
        const signal = this.takeOver();
        if (this.isStale) await this.fetchChallenge();
        let response: string;
        try {
            response = await askForPasskey(this.options, way, signal);
        } catch (error) {
            this.setBusy(false);
            this.showOutcome(error);
            await this.armAutofill();
            return;
        }
        await this.finish(response);
    }

    private showOutcome(error: unknown): void {
        const outcome = outcomeOfGet(error);
        this.messages.clear();
        if (outcome === 'panel') {
            showView('panel');
            focusHeading('panel');
        } else if (outcome !== 'nothing') {
            this.messages.alert(outcome);
        }
    }

    /** Sends the response and goes where the server says. */
    private async finish(response: string): Promise<void> {
        this.messages.status('checking');
        const fields = { csrf: this.field('csrf'), ceremony: this.field('ceremony'), response };
        const answer = await post(this.form.action, fields);
        if (answer?.kind === 'go') {
            const url = readLocation(answer.location, location.origin);
            rememberItWorked(document);
            if (answer.signal) await signalAccount(answer.signal);
            if (url) return location.assign(url.href);
        }
        this.setBusy(false);
        if (answer?.kind === 'refused') {
            await this.showRefusal(answer);
        } else {
            this.messages.alert(answer === undefined ? 'network' : 'failed');
        }
        await this.armAutofill();
    }

    private async showRefusal(answer: Answer & { kind: 'refused' }): Promise<void> {
        this.adopt(answer.fresh);
        if (answer.code === 'second_step_only') this.goTo('email');
        this.offer('[data-promote]', answer.code === 'second_step_only');
        this.offer('[data-restore]', answer.code === 'credential_suspended');
        if (answer.unknown) {
            // A signed-in person may just have chosen another account's passkey: do not delete it.
            const isTold = !('signedIn' in this.dataset) && (await signalUnknown(answer.unknown));
            this.messages.alert(isTold ? 'removed_signalled' : 'removed');
        } else if (answer.message) {
            this.messages.alertText(answer.message);
        } else {
            this.messages.alert('failed');
        }
    }

    private offer(selector: string, isOffered: boolean): void {
        const part = this.querySelector<HTMLElement>(selector);
        if (part) part.hidden = !isOffered;
    }

    /** Ends the call under way, which browsers allow only one of. */
    private takeOver(): AbortSignal {
        this.call.abort();
        this.call = new AbortController();
        return this.call.signal;
    }

    // ---- the challenge

    private get options(): string {
        return this.dataset['options'] ?? '';
    }

    private get form(): HTMLFormElement {
        return this.querySelector('form') as HTMLFormElement; // the template has it
    }

    private field(name: string): string {
        return this.form.querySelector<HTMLInputElement>(`input[name=${name}]`)?.value ?? '';
    }

    private adopt(fresh: Fresh): void {
        if (fresh.options === undefined) return;
        this.dataset['options'] = fresh.options;
        for (const name of ['csrf', 'ceremony'] as const) {
            const value = fresh[name];
            if (value === undefined) continue;
            const fields = document.querySelectorAll<HTMLInputElement>(`input[name=${name}]`);
            for (const field of fields) field.value = value;
        }
        this.keepFresh();
    }

    /** Plans to fetch a new challenge before this one ends. */
    private keepFresh(): void {
        const { timeout } = JSON.parse(this.options) as { timeout?: number };
        const freshMs = freshForMs(timeout);
        this.staleAt = Date.now() + freshMs;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.renew(), freshMs);
    }

    private get isStale(): boolean {
        return Date.now() >= this.staleAt;
    }

    /** Fetches a new challenge if it is time, the page is looked at and nothing is under way. */
    private async renew(): Promise<void> {
        if (document.hidden || this.isBusy || !this.isStale) return;
        await this.fetchChallenge();
        await this.armAutofill();
    }

    /** From here on proofs are for `intent`; undefined: for what the page was opened for. */
    private async aim(intent: string | undefined): Promise<void> {
        const address = new URL(this.dataset['here'] ?? '', location.href);
        if (intent !== undefined) address.searchParams.set('intent', intent);
        if (address.href === this.address.href) return;
        this.address = address;
        this.staleAt = 0; // the challenge is sealed together with what it is for
        await this.renew();
    }

    private async fetchChallenge(): Promise<boolean> {
        const fresh = await fetchFresh(this.address.href);
        if (fresh) this.adopt(fresh);
        return fresh !== undefined;
    }

    private setBusy(isBusy: boolean): void {
        this.isBusy = isBusy;
        for (const button of this.querySelectorAll('button')) {
            button.ariaBusy = isBusy ? 'true' : null;
        }
    }
}
