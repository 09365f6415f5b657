# Writes a C++ source holding the pages: cmake -DWEB_DIR=… -DOUTPUT=… -P embed.cmake
# Every file of the directory becomes one asset, with name.br and name.gz as its compressed forms.
file(GLOB_RECURSE files RELATIVE ${WEB_DIR} ${WEB_DIR}/*)
list(SORT files)
set(symbols "")
set(table "")
set(count 0)

# Appends the file's bytes to the source; `symbol` gets an expression for them.
function(embed file symbol)
  file(SIZE ${WEB_DIR}/${file} size)
  if(size EQUAL 0)
    set(${symbol} "{}" PARENT_SCOPE)
    return()
  endif()
  set(name confab_asset_${count})
  math(EXPR next "${count} + 1")
  set(count ${next} PARENT_SCOPE)
  set(symbols "${symbols}__asm__(\".pushsection .rodata\\n${name}:\\n.incbin \\\"${WEB_DIR}/${file}\\\"\\n.popsection\");
extern const char ${name}[] __asm__(\"${name}\");
" PARENT_SCOPE)
  set(${symbol} "{${name}, ${size}}" PARENT_SCOPE)
endfunction()

foreach(file ${files})
  if(file MATCHES "\\.(br|gz)$")
    continue()
  endif()
  file(SHA256 ${WEB_DIR}/${file} digest)
  string(SUBSTRING ${digest} 0 20 digest)
  embed(${file} plain)
  set(brotli "{}")
  set(gzip "{}")
  if(EXISTS ${WEB_DIR}/${file}.br)
    embed(${file}.br brotli)
  endif()
  if(EXISTS ${WEB_DIR}/${file}.gz)
    embed(${file}.gz gzip)
  endif()
  string(APPEND table "      {\"${file}\", \"${digest}\", ${plain}, ${brotli}, ${gzip}},\n")
endforeach()

file(WRITE ${OUTPUT} "#include \"http/pages/assets.hpp\"

// Symbols of the assembler, which gives them no C++ names.
${symbols}
namespace confab::http {

const std::vector<Asset>& embedded_assets() {
  static const std::vector<Asset> assets{
${table}  };
  return assets;
}

}  // namespace confab::http
")
