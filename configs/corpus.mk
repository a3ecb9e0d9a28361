# Runs the stages of this corpus directory, each when what it reads has changed. Interrupted stages
# go on where they stopped. Options stand in owt.toml.
OWT ?= owt

all: my-gpt2_text_document.idx
