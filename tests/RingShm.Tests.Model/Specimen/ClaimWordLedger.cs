using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Specimen;

/// <summary>What was committed, handed out and handed back in one run of a program with deaths.</summary>
/// <remarks>
/// A consumer that dies after it handed a message back has consumed it, although its call never returned: a run's end accepts
/// one message per dead consumer that is missing and was released by it.
/// </remarks>
internal sealed class ClaimWordLedger
{
    private readonly List<(int Producer, long Message)> _committed = [];
    private readonly List<(ModelThread Consumer, long Message, bool Redelivered)> _delivered = [];
    private readonly HashSet<ModelThread> _releasedInCall = [];

    public void Committed(int producer, long message) => _committed.Add((producer, message));

    /// <summary>A consumer starts a call.</summary>
    public void Begin(ModelThread consumer) => _releasedInCall.Remove(consumer);

    public void Released(ModelThread consumer) => _releasedInCall.Add(consumer);

    public void Delivered(ModelThread consumer, long message, bool redelivered) => _delivered.Add((consumer, message, redelivered));

    public void Check(Execution execution)
    {
        foreach ((ModelThread consumer, long message, bool redelivered) in _delivered)
        {
            if (!_committed.Exists(committed => committed.Message == message))
                throw new ViolationException($"{consumer.Name} was handed {message}, which nobody committed.");
            if (redelivered && execution.Deaths == 0)
                throw new ViolationException($"{message} is flagged as delivered again, but nobody died.");
        }

        foreach (IGrouping<long, (ModelThread Consumer, long Message, bool Redelivered)> copies in _delivered.GroupBy(delivery => delivery.Message))
        {
            if (copies.Count(delivery => !delivery.Redelivered) > 1)
                throw new ViolationException($"{copies.Key} was delivered twice without a flag.");
        }

        foreach (IGrouping<int, (int Producer, long Message)> sent in _committed.GroupBy(commit => commit.Producer))
            CheckOrder([.. sent.Select(commit => commit.Message)]);

        long[] missing = [.. _committed.Select(commit => commit.Message).Except(_delivered.Select(delivery => delivery.Message))];
        int consumedByDead = 0;
        foreach (ModelThread thread in execution.Threads)
            consumedByDead += thread.Status == ThreadStatus.Dead && _releasedInCall.Contains(thread) ? 1 : 0;
        if (missing.Length > consumedByDead)
            throw new ViolationException($"Stalled or lost: {string.Join(", ", missing)} committed, and no survivor was handed it.");
    }

    /// <summary>What one consumer gets of one producer without a flag comes in the order in which it was sent.</summary>
    private void CheckOrder(List<long> sent)
    {
        foreach (IGrouping<ModelThread, (ModelThread Consumer, long Message, bool Redelivered)> received in _delivered.GroupBy(delivery => delivery.Consumer))
        {
            int last = -1;
            foreach ((ModelThread _, long message, bool redelivered) in received)
            {
                int place = redelivered ? -1 : sent.IndexOf(message);
                if (place < 0)
                    continue;
                if (place < last)
                    throw new ViolationException($"{received.Key.Name} was handed {message} after a later message of the same producer.");
                last = place;
            }
        }
    }
}
