namespace RingShm.Tests.Model.Engine;

/// <summary>One finished operation of a history.</summary>
/// <param name="Thread">Who did it.</param>
/// <param name="Start">What happens before it begins.</param>
/// <param name="EndStep">The thread's step when it ended.</param>
/// <param name="IsEnqueue">Enqueue or dequeue.</param>
/// <param name="Value">The value put in or taken out.</param>
/// <param name="Succeeded">False when it reported full or empty.</param>
internal readonly record struct QueueOperation(
    int Thread, VectorClock Start, int EndStep, bool IsEnqueue, long Value, bool Succeeded)
{
    /// <summary>True when this one ended before the other began, in happens-before.</summary>
    public bool Precedes(in QueueOperation other) => EndStep <= other.Start[Thread];
}

/// <summary>
/// Searches an order of the operations that a sequential bounded FIFO queue would produce and that respects happens-before
/// (Wing and Gong's search; histories here are small).
/// </summary>
internal static class Linearizability
{
    /// <param name="history">The finished operations.</param>
    /// <param name="capacity">Of the queue.</param>
    /// <param name="spuriousRefusals">
    /// True where "full" and "empty" may also mean that another operation is in its middle, as in Vyukov's queue.
    /// </param>
    /// <param name="before">What is in the queue at the start.</param>
    public static bool Holds(
        IReadOnlyList<QueueOperation> history, int capacity, bool spuriousRefusals, params IReadOnlyList<long> before) =>
        Search(history, capacity, spuriousRefusals, 0, [.. before]);

    private static bool Search(
        IReadOnlyList<QueueOperation> history, int capacity, bool spuriousRefusals, int done, List<long> queue)
    {
        if (done == (1 << history.Count) - 1)
            return true;
        for (int i = 0; i < history.Count; i++)
        {
            if ((done & (1 << i)) != 0 || !IsNext(history, done, i))
                continue;
            QueueOperation operation = history[i];
            List<long> after = [.. queue];
            if (Apply(operation, capacity, spuriousRefusals, after)
                && Search(history, capacity, spuriousRefusals, done | (1 << i), after))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsNext(IReadOnlyList<QueueOperation> history, int done, int candidate)
    {
        for (int i = 0; i < history.Count; i++)
        {
            if (i != candidate && (done & (1 << i)) == 0 && history[i].Precedes(history[candidate]))
                return false;
        }

        return true;
    }

    private static bool Apply(in QueueOperation operation, int capacity, bool spuriousRefusals, List<long> queue)
    {
        if (!operation.Succeeded)
            return spuriousRefusals || (operation.IsEnqueue ? queue.Count == capacity : queue.Count == 0);
        if (operation.IsEnqueue)
        {
            queue.Add(operation.Value);
            return queue.Count <= capacity;
        }

        if (queue.Count == 0 || queue[0] != operation.Value)
            return false;
        queue.RemoveAt(0);
        return true;
    }
}
