// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import { Messages } from './page';

/**
 * `<latchkey-keep data-text="…" data-file="…">` around what is shown once: its buttons
 * `data-action=copy|download|print` take the text along.
 */
export class Keep extends HTMLElement {
    private readonly messages = new Messages(this);

    connectedCallback(): void {
        this.on('copy', () => void this.copy());
        this.on('download', () => this.download());
        this.on('print', () => window.print());
    }

    private on(action: string, listener: () => void): void {
        this.querySelector(`[data-action=${action}]`)?.addEventListener('click', listener);
    }

    private text(): string {
        return this.dataset['text'] ?? '';
    }

    private async copy(): Promise<void> {
        try {
            await navigator.clipboard.writeText(this.text());
            this.messages.status('copied');
        } catch {
            this.messages.status('not_copied');
        }
    }

    private download(): void {
        const url = URL.createObjectURL(new Blob([this.text()], { type: 'text/plain' }));
        const link = document.createElement('a');
        link.href = url;
        link.download = this.dataset['file'] ?? '';
        link.click();
        URL.revokeObjectURL(url);
    }
}
