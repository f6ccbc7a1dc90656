// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
int main() {
    return 0;
}
