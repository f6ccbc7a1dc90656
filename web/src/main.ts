// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
import { AddPasskey } from './add_passkey';
import { Biometrics, WithBiometrics } from './biometrics';
import { CodeInput } from './code_input';
import { Keep } from './keep';
import { PasskeyButton } from './passkey_button';
import { Signals } from './signals';
import { submitOnce } from './submit_once';

submitOnce(document);
customElements.define('latchkey-passkey-button', PasskeyButton);
customElements.define('latchkey-add-passkey', AddPasskey);
customElements.define('latchkey-biometrics', Biometrics);
customElements.define('latchkey-with-biometrics', WithBiometrics);
customElements.define('latchkey-code-input', CodeInput);
customElements.define('latchkey-keep', Keep);
customElements.define('latchkey-signals', Signals);
