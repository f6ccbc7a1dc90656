// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// Writes every page and mail with every sample model as static files, with the assets beside
// them, to look at: render_previews FOLDER [LANGUAGE]. screenshots.mjs takes pictures of them.
#include "base/json.hpp"
#include "http/request.hpp"
#include "latchkey/result.hpp"
#include "pages/embedded.hpp"
#include "pages/language.hpp"
#include "pages/render.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace json = latchkey::json;
namespace pages = latchkey::pages;

namespace {

void write_file(const std::filesystem::path& path, std::string_view content) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
}

json::Value read_models(const std::string& name) {
    std::ifstream file(LATCHKEY_SOURCE_DIR "/web/preview/" + name);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto models = json::parse(text);
    LATCHKEY_ASSERT(models.has_value());
    return std::move(models).value();
}

void write_pages(
    const pages::Renderer& renderer, pages::Language language, const std::filesystem::path& folder
) {
    const json::Value models = read_models("models.json");
    for (const auto& [name, variants] : *models.as_object()) {
        for (const auto& [variant, model] : *variants.as_object()) {
            latchkey::http::Request request;
            request.id = "AAAAAAAAAAAAAAAAAAAAAA";
            std::string file = name;
            file.append("-").append(variant).append(".html");
            write_file(folder / file, renderer.in(language).page(request, name, model).body);
        }
    }
}

void write_mails(
    const pages::Renderer& renderer, pages::Language language, const std::filesystem::path& folder
) {
    const json::Value models = read_models("mails.json");
    for (const auto& [name, model] : *models.as_object()) {
        const auto mail = renderer.in(language).mail(name, "ada@example.com", model);
        write_file(folder / ("mail-" + name + ".html"), mail.html);
        write_file(folder / ("mail-" + name + ".txt"), mail.subject + "\n\n" + mail.text);
    }
}

}  // namespace

int main(int count, char** arguments) {
    const auto language = pages::language_with_tag(count == 3 ? arguments[2] : "en");
    if (count < 2 || count > 3 || !language) {
        std::fputs("usage: render_previews FOLDER [LANGUAGE]\n", stderr);
        return 2;
    }
    const std::filesystem::path folder = arguments[1];
    const auto renderer =
        pages::Renderer::create({.name = "Example", .support = "help@example.com"});
    if (!renderer) {
        std::fprintf(stderr, "%s\n", renderer.error().what.c_str());
        return 1;
    }
    write_pages(**renderer, *language, folder);
    write_mails(**renderer, *language, folder);
    for (const auto& asset : pages::embedded::assets()) {
        write_file(folder / "assets" / asset.name, asset.plain.view());
    }
    return 0;
}
