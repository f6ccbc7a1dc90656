// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

/** Sends each form once: a second press while the first is under way does nothing. */
export function submitOnce(document: Document): void {
    const sent = new Set<HTMLFormElement>();
    document.addEventListener('submit', (event) => {
        const form = event.target;
        if (!(form instanceof HTMLFormElement)) return;
        if (sent.has(form)) {
            event.preventDefault();
            return;
        }
        sent.add(form);
        const button = event.submitter;
        if (button instanceof HTMLElement) button.ariaBusy = 'true';
    });
    // Back from the next page: everything can be sent again.
    window.addEventListener('pageshow', () => {
        sent.clear();
        for (const busy of document.querySelectorAll('button[aria-busy]')) {
            busy.removeAttribute('aria-busy');
        }
    });
}
