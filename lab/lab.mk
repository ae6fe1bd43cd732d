# The lab: a real Argo CD on loopback. `python -m lab --help` says more.

.PHONY: lab-packages lab-build lab lab-stop test-lab explore-parity

lab-packages:
	@lab/setup.sh

lab-build: $(READY) ## build the lab's programs (once; kept in the cache folder)
	@$(PYTHON) -m lab build

lab: $(READY) lab-packages ## start the lab and say how to use it
	@$(PYTHON) -m lab start

lab-stop: $(READY) ## end the lab
	@$(PYTHON) -m lab stop

test-lab: $(READY) lab-packages lab-build ## run the stories and the parity suite in a lab of their own
	$(PYTHON) -m pytest --randomly-seed=$(ORDER) -m lab tests/lab

explore-parity: $(READY) lab-packages lab-build ## ask Argo CD about sets of a new seed (or of SEED=...)
	nice $(PYTHON) -m tests.parity.explore $(if $(SEED),--seed $(SEED))
