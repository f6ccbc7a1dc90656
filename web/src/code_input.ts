// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import { cameAtOnce, digitsOf } from './code';

/**
 * `<latchkey-code-input data-digits="8">` around a form with one code field: cleans up what was
 * pasted and sends a code that came as a whole. The form works without it.
 */
export class CodeInput extends HTMLElement {
    connectedCallback(): void {
        const input = this.querySelector('input[name=code]');
        if (!(input instanceof HTMLInputElement)) return;
        const length = Number(this.dataset['digits']);
        let before = input.value;
        input.addEventListener('input', () => {
            const isWhole = cameAtOnce(before, input.value, length);
            if (isWhole) input.value = digitsOf(input.value);
            before = input.value;
            if (isWhole) input.form?.requestSubmit();
        });
    }
}
