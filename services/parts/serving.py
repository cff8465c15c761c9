"""Whose extra it is: the dealer who had accepted the job when it was proposed, whoever has the job now."""

DEALER_OF_CHARGE = """
(SELECT (data ->> 'dealer_id')::bigint FROM job_event taken
  WHERE taken.job_id = charge.job_id AND taken.action = 'accept' AND taken.occurred_at <= charge.created_at
  ORDER BY taken.seq DESC LIMIT 1)
"""
"""SQL over `charge`; NULL for a job whose dealer never accepted an offer: then it is the last one's."""
