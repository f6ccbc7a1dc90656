// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import { outcomeOfBiometrics } from './outcomes';
import { Messages } from './page';
import { askForPasskey, createPasskey, hasBiometrics } from './passkeys';

/**
 * `<latchkey-biometrics data-call="create|get" data-options="…">`: asks this device for its face,
 * fingerprint or screen lock, and sends what it answers with the form, as any form is sent.
 */
export class Biometrics extends HTMLElement {
    private readonly messages = new Messages(this);
    private isBusy = false;

    connectedCallback(): void {
        this.button?.addEventListener('click', () => void this.use());
        window.addEventListener('pageshow', (event) => {
            if (event.persisted) location.reload(); // what was answered then may be used up
        });
        void this.check();
    }

    /** Without a sensor or screen lock there is nothing to press. */
    private async check(): Promise<void> {
        if (await hasBiometrics()) return;
        this.button?.remove();
        this.messages.alert('cannot_hold');
    }

    private async use(): Promise<void> {
        if (this.isBusy) return;
        this.setBusy(true);
        this.messages.status('opening');
        try {
            this.send(await this.call());
        } catch (error) {
            this.setBusy(false);
            this.messages.alert(outcomeOfBiometrics(error));
        }
    }

    private call(): Promise<string> {
        const options = this.dataset['options'] ?? '';
        if (this.dataset['call'] === 'create') return createPasskey(options);
        return askForPasskey(options, 'modal', new AbortController().signal);
    }

    private send(response: string): void {
        this.messages.status('saving');
        const form = this.querySelector('form') as HTMLFormElement; // the template has it
        const field = form.elements.namedItem('response') as HTMLInputElement; // and this
        field.value = response;
        form.requestSubmit();
    }

    private get button(): HTMLButtonElement | null {
        return this.querySelector<HTMLButtonElement>('[data-action=use]');
    }

    private setBusy(isBusy: boolean): void {
        this.isBusy = isBusy;
        if (this.button) this.button.ariaBusy = isBusy ? 'true' : null;
    }
}

/** `<latchkey-with-biometrics hidden>`: what only a device with a sensor or screen lock can do. */
export class WithBiometrics extends HTMLElement {
    connectedCallback(): void {
        void this.show();
    }

    private async show(): Promise<void> {
        this.hidden = !(await hasBiometrics());
    }
}
