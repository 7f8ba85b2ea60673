using RingShm.Prototypes;
using RingShm.Tests.Model.Engine;
using static RingShm.Prototypes.ClaimWordQueue<RingShm.Tests.Model.Engine.ModelMemory, long>;

namespace RingShm.Tests.Model.Specimen;

/// <summary>The claim-word prototype, without deaths and with one at any access of any participant that may die.</summary>
internal static unsafe class ClaimWordPrograms
{
    private const int Capacity = 2;

    public static IReadOnlyList<ModelProgram> All { get; } =
    [
        Attempts("claim-word-2x2", producers: 2, consumers: 2, each: 1, MemoryModel.ReleaseAcquire),
        Attempts("claim-word-1x1-laps", producers: 1, consumers: 1, each: 3, MemoryModel.ReleaseAcquire),
    ];

    /// <summary>Too big to exhaust: explored up to a budget and walked at random.</summary>
    public static IReadOnlyList<ModelProgram> WithDeath { get; } =
    [
        // A writer dies; another one and a consumer go on.
        Deaths("claim-word-killed-producer", [1, 1], consumers: 1, killProducer: true, killConsumer: false, MemoryModel.ReleaseAcquire),

        // A reader dies; another one takes over what it had taken.
        Deaths("claim-word-killed-consumer", [2], consumers: 2, killProducer: false, killConsumer: true, MemoryModel.ReleaseAcquire),

        // What was skipped is written again in the next laps.
        Deaths("claim-word-killed-producer-laps", [1, 3], consumers: 1, killProducer: true, killConsumer: false, MemoryModel.SequentiallyConsistent),

        // Either side may die; two survivors may trip over the same word.
        Deaths("claim-word-killed-anybody", [1, 1], consumers: 2, killProducer: true, killConsumer: true, MemoryModel.SequentiallyConsistent),

        // Two survivors race for what the dead reader had taken.
        Deaths("claim-word-takeover-race", [1], consumers: 3, killProducer: false, killConsumer: true, MemoryModel.SequentiallyConsistent),
        Deaths("claim-word-killed-consumer-laps", [3], consumers: 2, killProducer: false, killConsumer: true, MemoryModel.SequentiallyConsistent),
    ];

    /// <summary>The first producer and the first consumer may be killed, one of them in a run; all others survive.</summary>
    private static ModelProgram Deaths(
        string name, int[] messages, int consumers, bool killProducer, bool killConsumer, MemoryModel memoryModel) => new(name, 4096, execution =>
    {
        ClaimWordQueue<ModelMemory, long>.Initialize(execution.Region, Capacity);
        ClaimWordLedger ledger = new();
        int first = 1;
        for (int i = 0; i < messages.Length; i++)
        {
            int producer = i, from = first, count = messages[i];
            first += count;
            execution.AddThread($"producer {i + 1}", thread => Produce(execution, thread, ledger, producer, from, count), killProducer && i == 0);
        }

        for (int i = 0; i < consumers; i++)
            execution.AddThread($"consumer {i + 1}", thread => Consume(execution, thread, ledger), killConsumer && i == 0);
        return () => ledger.Check(execution);
    })
    {
        Kills = 1,
        MemoryModel = memoryModel,
    };

    private static void Produce(Execution execution, ModelThread thread, ClaimWordLedger ledger, int producer, int from, int count)
    {
        ClaimWordParticipant participant = new(execution, thread, Capacity);
        long current = 0;
        thread.OnStore = note =>
        {
            if (note.Edge == Publish)
                ledger.Committed(producer, current);
        };
        for (int k = 0; k < count; k++)
        {
            current = from + k;
            thread.ClearPolls();
            while (!participant.TryEnqueue(current))
            {
                if (!thread.Await())
                    throw new ViolationException($"Stalled: {thread.Name} waits for room for {current} for ever.");
                thread.ClearPolls();
            }
        }
    }

    private static void Consume(Execution execution, ModelThread thread, ClaimWordLedger ledger)
    {
        ClaimWordParticipant participant = new(execution, thread, Capacity);
        thread.OnStore = note =>
        {
            if (note.Edge == Release)
                ledger.Released(thread);
        };
        do
        {
            thread.ClearPolls();
            while (true)
            {
                ledger.Begin(thread);
                if (participant.TryDequeue(out long message))
                    ledger.Delivered(thread, message, redelivered: false);
                else if (participant.TryRedeem(out message))
                    ledger.Delivered(thread, message, redelivered: true);
                else
                    break;
                thread.ClearPolls();
            }
        }
        while (thread.Await());
    }

    private static ModelProgram Attempts(string name, int producers, int consumers, int each, MemoryModel memoryModel) =>
        new(name, 4096, execution =>
        {
            ClaimWordQueue<ModelMemory, long>.Initialize(execution.Region, Capacity);
            List<QueueOperation> history = [];
            for (int i = 0; i < producers; i++)
            {
                int first = i * each;
                execution.AddThread($"producer {i + 1}", thread =>
                {
                    ClaimWordQueue<ModelMemory, long> queue = new(execution.Region, Capacity, thread.Index);
                    for (int k = 1; k <= each; k++)
                    {
                        VectorClock start = thread.Clock;
                        long value = first + k;
                        bool done = queue.TryEnqueue(in value, out _);
                        history.Add(new QueueOperation(thread.Index, start, thread.Step, true, value, done));
                    }
                });
            }

            for (int i = 0; i < consumers; i++)
            {
                execution.AddThread($"consumer {i + 1}", thread =>
                {
                    ClaimWordQueue<ModelMemory, long> queue = new(execution.Region, Capacity, thread.Index);
                    for (int k = 1; k <= each; k++)
                    {
                        VectorClock start = thread.Clock;
                        bool done = queue.TryDequeue(out long value, out _);
                        history.Add(new QueueOperation(thread.Index, start, thread.Step, false, value, done));
                    }
                });
            }

            return () =>
            {
                // Even with one of each: words are not fenced against each other, so a "full" and an "empty" may both be old.
                if (!Linearizability.Holds(history, Capacity, spuriousRefusals: true))
                    throw new ViolationException($"No order explains the history: {string.Join("; ", history)}");
            };
        })
        {
            MemoryModel = memoryModel,
        };
}
