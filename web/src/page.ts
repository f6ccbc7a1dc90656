// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

/** Shows the parts of the page whose `data-view` names the view, and hides the others. */
export function showView(view: string): void {
    for (const part of document.querySelectorAll<HTMLElement>('[data-view]')) {
        part.hidden = !(part.dataset['view'] ?? '').split(' ').includes(view);
    }
}

/** Moves the focus to the heading of what was just shown, so that it is read out. */
export function focusHeading(view: string): void {
    document.querySelector<HTMLElement>(`[data-view=${view}] :is(h1, h2)`)?.focus();
}

/**
 * The messages of an element: the texts of its `<template data-message>`s, shown in its live
 * regions `[data-status]` (how it goes) and `[data-alert]` (what went wrong).
 */
export class Messages {
    constructor(private readonly root: HTMLElement) {}

    status(key: string): void {
        this.show('[data-status]', this.text(key));
        this.show('[data-alert]', '');
    }

    alert(key: string): void {
        this.alertText(this.text(key));
    }

    /** Words that came from the server. */
    alertText(text: string): void {
        this.show('[data-status]', '');
        this.show('[data-alert]', text);
    }

    clear(): void {
        this.alertText('');
    }

    private text(key: string): string {
        const selector = `template[data-message=${key}]`;
        return this.root.querySelector<HTMLTemplateElement>(selector)?.content.textContent ?? '';
    }

    private show(region: string, text: string): void {
        const element = this.root.querySelector<HTMLElement>(region);
        const words = element?.querySelector('span');
        if (!element || !words) return;
        words.textContent = text;
        element.hidden = text === '';
    }
}
