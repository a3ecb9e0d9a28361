#pragma once

// What is taken from libcld2: its tables, and the parts of its code that are not asked often. The
// layouts are those of the installed headers; what the library exports without a header is declared
// here (libcld2-dev 0.0.0-git20150806).

#include <cstdio>   // the next headers use FILE
#include <cstring>  // and memset

#include <cld2/internal/cld2tablesummary.h>
#include <cld2/internal/cldutil.h>
#include <cld2/internal/cldutil_shared.h>
#include <cld2/internal/compact_lang_det_impl.h>
#include <cld2/internal/getonescriptspan.h>
#include <cld2/internal/lang_script.h>
#include <cld2/internal/scoreonescriptspan.h>
#include <cld2/internal/tote.h>
#include <cld2/internal/utf8statetable.h>
#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

namespace CLD2 {

extern const UTF8PropObj cld_generated_CjkUni_obj;
extern const CLD2TableSummary kCjkCompat_obj;
extern const CLD2TableSummary kCjkDeltaBi_obj;
extern const CLD2TableSummary kDistinctBiTable_obj;
extern const CLD2TableSummary kQuad_obj;
extern const CLD2TableSummary kQuad_obj2;
extern const CLD2TableSummary kDeltaOcta_obj;
extern const CLD2TableSummary kDistinctOcta_obj;
extern const short kAvgDeltaOctaScore[];
extern const int kAvgDeltaOctaScoreSize;

void ApplyHints(const char* text, int bytes, bool is_plain_text, const CLDHints* hints,
                ScoringContext* context);
bool CheapSqueezeTriggerTest(const char* text, int bytes, int test_bytes);
int CheapRepWordsInplace(char* text, int bytes, int* hash, int* predictions);
void RefineScoredClosePairs(DocTote* totals, ResultChunkVector* chunks, bool html, bool quiet);
void RemoveUnreliableLanguages(DocTote* totals, bool html, bool quiet);
void ExtractLangEtc(DocTote* totals, int text_bytes, int* reliable_percents, Language* languages,
                    int* percents, double* scores, int* text_bytes_out, bool* reliable);
void CalcSummaryLang(DocTote* totals, int text_bytes, const int* reliable_percents,
                     const Language* languages, const int* percents, Language* summary,
                     bool* reliable, bool html, bool quiet, int flags);

}  // namespace CLD2
