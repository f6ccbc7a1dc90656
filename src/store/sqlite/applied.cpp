// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/applied.hpp"

#include "store/sqlite/connection.hpp"

namespace latchkey::store::sqlite {

Applied applied(Step step) {
    switch (step) {
        case Step::row:
        case Step::done:
            return Applied::made;
        case Step::conflict:
            return Applied::refused;
        case Step::violation:
            return Applied::invalid;
        case Step::failed:
            break;
    }
    return Applied::failed;
}

Applied changed_a_row(const Ran& ran) {
    return ran.step == Step::done && ran.rows == 0 ? Applied::refused : applied(ran.step);
}

Applied found_a_row(Step step) {
    return step == Step::done ? Applied::refused : applied(step);
}

}  // namespace latchkey::store::sqlite
