#include "storage/sql/accents.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace confab::storage {

namespace {

struct Family {
  char32_t base;
  std::u32string_view variants;
};

constexpr std::array kFamilies{
    Family{U'a', U"àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"},
    Family{U'b', U"ḃḅḇ"},
    Family{U'c', U"çćĉċčḉ"},
    Family{U'd', U"ďḋḍḏḑḓ"},
    Family{U'e', U"èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"},
    Family{U'f', U"ḟ"},
    Family{U'g', U"ĝğġģǧǵḡ"},
    Family{U'h', U"ĥȟḣḥḧḩḫẖ"},
    Family{U'i', U"ìíîïĩīĭįǐȉȋḭḯỉị"},
    Family{U'j', U"ĵǰ"},
    Family{U'k', U"ķǩḱḳḵ"},
    Family{U'l', U"ĺļľḷḹḻḽ"},
    Family{U'm', U"ḿṁṃ"},
    Family{U'n', U"ñńņňǹṅṇṉṋ"},
    Family{U'o', U"òóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"},
    Family{U'p', U"ṕṗ"},
    Family{U'r', U"ŕŗřȑȓṙṛṝṟ"},
    Family{U's', U"śŝşšșṡṣṥṧṩ"},
    Family{U't', U"ţťțṫṭṯṱẗ"},
    Family{U'u', U"ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"},
    Family{U'v', U"ṽṿ"},
    Family{U'w', U"ŵẁẃẅẇẉẘ"},
    Family{U'x', U"ẋẍ"},
    Family{U'y', U"ýÿŷȳẏẙỳỵỷỹ"},
    Family{U'z', U"źżžẑẓẕ"},
    Family{U'æ', U"ǣǽ"},
    Family{U'ø', U"ǿ"},
    Family{U'ſ', U"ẛ"},
    Family{U'ʒ', U"ǯ"},
    Family{U'α', U"άἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ"},
    Family{U'ε', U"έἐἑἒἓἔἕὲέ"},
    Family{U'η', U"ήἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ"},
    Family{U'ι', U"ΐίϊἰἱἲἳἴἵἶἷὶίιῐῑῒΐῖῗ"},
    Family{U'ο', U"όὀὁὂὃὄὅὸό"},
    Family{U'ρ', U"ῤῥ"},
    Family{U'υ', U"ΰϋύὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ"},
    Family{U'ω', U"ώὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ"},
    Family{U'σ', U"ς"},
};

using Pairs = std::vector<std::pair<char32_t, char32_t>>;

Pairs sorted_pairs() {
  Pairs pairs;
  for (const Family& family : kFamilies) {
    for (const char32_t variant : family.variants) pairs.emplace_back(variant, family.base);
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

}  // namespace

char32_t without_accent(char32_t letter) {
  static const Pairs pairs = sorted_pairs();
  const auto found = std::lower_bound(pairs.begin(), pairs.end(), std::pair{letter, char32_t{0}});
  return found != pairs.end() && found->first == letter ? found->second : letter;
}

}  // namespace confab::storage
