# Runs the stages of this corpus directory. What each reads and writes, and its options, stand in
# owt.toml. A stage runs again when its input or owt.toml has changed; it decides itself whether
# there is anything to do, and goes on where it was interrupted. After a change of a list that owt.toml
# names (domains, extensions): touch owt.toml. `make -j` is safe: the stages follow
# one another, and each uses all cores.
#
#   make            from dumps/ to the tokenized corpus
#   make train      the model; make evaluate; make generate PROMPT="Once upon"
#   make report     what each stage kept and dropped
OWT ?= owt
PROMPT ?= The

# Every run writes its manifest last: that is the mark that a stage is complete.
M := .manifest.json
DONE = touch $@

.PHONY: all train evaluate generate report
all: my-gpt2$(M)

urls/urls.txt$(M): $(wildcard dumps/*) owt.toml
	@mkdir -p urls
	$(OWT) urls && $(DONE)

clean_urls.txt$(M): urls/urls.txt$(M) owt.toml
	$(OWT) blacklist && $(DONE)

scraped$(M): clean_urls.txt$(M) owt.toml
	$(OWT) scrape && $(DONE)

merged.json$(M): scraped$(M) owt.toml
	$(OWT) merge && $(DONE)

cleaned.json$(M): merged.json$(M) owt.toml
	$(OWT) cleanup && $(DONE)

english.json$(M): cleaned.json$(M) owt.toml
	$(OWT) langdetect && $(DONE)

deduped.json$(M): english.json$(M) owt.toml
	$(OWT) dedup && $(DONE)

shuffled.json$(M): deduped.json$(M) owt.toml
	$(OWT) shuffle && $(DONE)

my-gpt2$(M): shuffled.json$(M) owt.toml
	$(OWT) encode && $(DONE)

train: my-gpt2$(M)
	$(OWT) train

evaluate: train
	$(OWT) evaluate

generate:
	$(OWT) generate --prompt "$(PROMPT)"

report:
	@$(OWT) report
