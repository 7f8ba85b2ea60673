using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Specimen;

internal static unsafe class VyukovPrograms
{
    private const int Capacity = 2;

    public static IReadOnlyList<ModelProgram> All { get; } =
    [
        Attempts("vyukov-2x2", producers: 2, consumers: 2, each: 1, MemoryModel.ReleaseAcquire),
        Attempts("vyukov-1x1-laps", producers: 1, consumers: 1, each: 4, MemoryModel.ReleaseAcquire),
        Attempts("vyukov-2x1", producers: 2, consumers: 1, each: 2, MemoryModel.SequentiallyConsistent),
    ];

    /// <summary>A consumer drains what two producers put in; one of them may be killed. This one must fail.</summary>
    public static ModelProgram WithDeath { get; } = new("vyukov-killed-producer", 4096, static execution =>
    {
        VyukovQueue<ModelMemory> queue = NewQueue(execution);
        int published = 0;
        int taken = 0;
        for (int i = 1; i <= 2; i++)
        {
            long value = i;
            execution.AddThread($"producer {i}", thread =>
            {
                thread.OnStore = note => published += note.Edge == VyukovQueue<ModelMemory>.Publish ? 1 : 0;
                queue.TryEnqueue(value);
            }, killable: i == 1);
        }

        execution.AddThread("consumer", thread =>
        {
            do
            {
                thread.ClearPolls();
                while (queue.TryDequeue(out _))
                    taken++;
            }
            while (thread.Await());
        });
        return () =>
        {
            if (taken < published)
                throw new ViolationException($"Stalled: {published} messages are published, and the consumer can only reach {taken}.");
        };
    })
    {
        Kills = 1,
    };

    private static ModelProgram Attempts(string name, int producers, int consumers, int each, MemoryModel memoryModel) =>
        new(name, 4096, execution =>
        {
            VyukovQueue<ModelMemory> queue = NewQueue(execution);
            List<QueueOperation> history = [];
            for (int i = 0; i < producers; i++)
            {
                int first = i * each;
                execution.AddThread($"producer {i + 1}", thread =>
                {
                    for (int k = 1; k <= each; k++)
                    {
                        VectorClock start = thread.Clock;
                        bool done = queue.TryEnqueue(first + k);
                        history.Add(new QueueOperation(thread.Index, start, thread.Step, true, first + k, done));
                    }
                });
            }

            for (int i = 0; i < consumers; i++)
            {
                execution.AddThread($"consumer {i + 1}", thread =>
                {
                    for (int k = 1; k <= each; k++)
                    {
                        VectorClock start = thread.Clock;
                        bool done = queue.TryDequeue(out long value);
                        history.Add(new QueueOperation(thread.Index, start, thread.Step, false, value, done));
                    }
                });
            }

            return () =>
            {
                if (!Linearizability.Holds(history, Capacity, spuriousRefusals: true))
                    throw new ViolationException($"No order explains the history: {string.Join("; ", history)}");
            };
        })
        {
            MemoryModel = memoryModel,
        };

    private static VyukovQueue<ModelMemory> NewQueue(Execution execution)
    {
        VyukovQueue<ModelMemory> queue = new((long*)execution.Region, Capacity);
        queue.Initialize();
        return queue;
    }
}
