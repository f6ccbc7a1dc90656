// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import { readLocation } from './answers';
import { rememberItWorked } from './memory';
import { type CreateOutcome, outcomeOfCreate } from './outcomes';
import { focusHeading, Messages, showView } from './page';
import { askForPasskey, canUsePasskeys, createPasskey } from './passkeys';
import { post } from './server';
import { signalAccount, signalUnknown } from './signals';
import { isInApp } from './ways';

/**
 * `<latchkey-add-passkey data-options="…">`: creates the passkey where the person chooses, and
 * sends it. With `data-stay` it says what comes next time before it goes on. With `data-promotion`
 * a device that is a second step already is offered to become the passkey.
 */
export class AddPasskey extends HTMLElement {
    private readonly messages = new Messages(this);
    private isBusy = false;

    connectedCallback(): void {
        const button = this.querySelector<HTMLButtonElement>('[data-action=create]');
        button?.addEventListener('click', () => void this.create());
        const promote = this.querySelector<HTMLButtonElement>('[data-action=promote]');
        promote?.addEventListener('click', () => void this.promote());
        if (!canUsePasskeys()) {
            button?.remove();
            this.messages.alert(isInApp(navigator.userAgent) ? 'in_app' : 'unsupported');
        }
        window.addEventListener('pageshow', (event) => {
            if (event.persisted) location.reload(); // what was answered then may be used up
        });
    }

    private create(): Promise<void> {
        const form = this.form('/sign-in/add-passkey');
        return this.use(form, () => createPasskey(this.dataset['options'] ?? ''));
    }

    private promote(): Promise<void> {
        const form = this.form('/sign-in/promote-passkey');
        const signal = new AbortController().signal;
        const options = this.dataset['promotion'] ?? '';
        return this.use(form, () => askForPasskey(options, 'modal', signal));
    }

    /** Asks the device, and sends what it answers with the form. */
    private async use(form: HTMLFormElement, ask: () => Promise<string>): Promise<void> {
        if (this.isBusy) return;
        this.setBusy(true);
        this.messages.status('opening');
        try {
            await this.send(form, await ask());
        } catch (error) {
            this.showOutcome(outcomeOfCreate(error));
        }
        this.setBusy(false);
    }

    private showOutcome(outcome: CreateOutcome): void {
        this.messages.clear();
        const promotion = this.querySelector<HTMLElement>('[data-promote]');
        if (outcome === 'exists' && promotion) {
            promotion.hidden = false;
            this.querySelector('[data-action=create]')?.classList.remove('primary');
            promotion.querySelector<HTMLElement>('.option-title')?.focus();
        } else if (outcome !== 'nothing') {
            this.messages.alert(outcome);
        }
    }

    private form(action: string): HTMLFormElement {
        return this.querySelector(`form[action="${action}"]`) as HTMLFormElement; // the template's
    }

    private async send(form: HTMLFormElement, response: string): Promise<void> {
        this.messages.status('saving');
        const csrf = form.querySelector<HTMLInputElement>('input[name=csrf]')?.value ?? '';
        const answer = await post(form.action, { csrf, response });
        if (answer?.kind === 'go') {
            rememberItWorked(document);
            if (answer.signal) await signalAccount(answer.signal);
            this.goOn(answer.location);
        } else if (answer?.message) {
            if (answer.fresh.options) this.dataset['options'] = answer.fresh.options;
            this.messages.alertText(answer.message);
            if (answer.unknown) await signalUnknown(answer.unknown); // made for nothing
        } else {
            this.messages.alert(answer === undefined ? 'network' : 'failed');
        }
    }

    private goOn(address: string): void {
        const url = readLocation(address, location.origin);
        if (!url) return this.messages.alert('failed');
        if (!('stay' in this.dataset)) return location.assign(url.href);
        this.querySelector<HTMLAnchorElement>('a[data-continue]')?.setAttribute('href', url.href);
        showView('saved');
        focusHeading('saved');
    }

    private setBusy(isBusy: boolean): void {
        this.isBusy = isBusy;
        for (const button of this.querySelectorAll('button')) {
            button.ariaBusy = isBusy ? 'true' : null;
        }
    }
}
