#pragma once

#include <string>

#include "formats/input_stream.h"
#include "formats/ngram_builder.h"

namespace owt::formats {

// Reads a model in the ARPA format (Paul and Baker's, as SRILM, KenLM's lmplz and others write it):
//   \data\ , lines "ngram N=COUNT", for each N a part "\N-grams:" of lines
//   "LOG10-PROBABILITY WORD... [BACKOFF]" in which blanks or tabs stand between the fields, \end\ .
// Before \data\ there may be empty lines and such that begin with #. Accepts what KenLM accepts,
// and blanks where it wants a tab. Throws Error{kInput} that names `file` and the line: no
// probability, one above 0, a word of an n-gram that is no unigram, an n-gram whose beginning is
// none, fewer or more lines than declared, no <s> or </s>, no \end\ .
NgramBuilder ReadArpa(InputStream& input, const std::string& file);

}  // namespace owt::formats
