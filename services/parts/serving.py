"""Whose extra and whose complaint it is: the dealer who had accepted the job then, whoever has the job now."""


def _dealer_then(job_id: str, at: str) -> str:
    return f"""
(SELECT (data ->> 'dealer_id')::bigint FROM job_event taken
  WHERE taken.job_id = {job_id} AND taken.action = 'accept' AND taken.occurred_at <= {at}
  ORDER BY taken.seq DESC LIMIT 1)
"""


DEALER_OF_CHARGE = _dealer_then("charge.job_id", "charge.created_at")
"""SQL over `charge`; NULL for a job whose dealer never accepted an offer: then it is the last one's."""

DEALER_OF_COMPLAINT = f"""
coalesce({_dealer_then("complaint.job_id", "complaint.opened_at")}, (SELECT job.dealer_id WHERE NOT EXISTS (
    SELECT 1 FROM job_event WHERE job_event.job_id = complaint.job_id AND job_event.action = 'accept')))
"""
"""SQL over `complaint` and its `job`; NULL where nobody had accepted the job yet."""
