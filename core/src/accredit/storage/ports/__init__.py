"""What a storage promises: one file for each port, with its values and its bounds.

Every method of every port keeps these obligations; `accredit.testing.StorageConformance` proves them.

* **Atomic.** It changes all that it says, or nothing: also where its task is cancelled half way, where a value cannot
  be stored, and where the process is killed.
* **Durable when it returns**, through a power cut: what is answered next cannot be called back.
* **Safe across tasks and processes.** What may happen once happens once; what one has done, all others see at once.
  Nothing that decides is remembered beside the store.
* **Looks again.** What a caller saw before (versions, the session of a token) is compared inside the transaction.
* **Exact.** Ids compare letter for letter: no folding of case, no trimming, no numbers, no Unicode normalization.
* **Clocks may be wrong.** Times that are stored for comparison come from the storage's own clock, read inside the
  transaction; one that goes back makes nothing new or young again.
* **Fails closed, and alone.** What cannot be done raises `StorageFailed` for its own caller, and for nobody else.
"""
