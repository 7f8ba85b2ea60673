// A pool of worker processes that share one queue of jobs. In the middle of it one worker is killed, and no job is lost.
//
//   dotnet run --project samples/WorkQueue
//
//   producer ──▶ ring of jobs ──▶ worker, worker, worker ──▶ ring of results ──▶ this process
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using RingShm;
using WorkQueue;

const int JobCount = 600;
const int WorkerCount = 3;

return args switch
{
    ["produce", string queue] => Produce(queue),
    ["work", string queue] => Work(queue),
    _ => Lead(),
};

static int Produce(string queue)
{
    using MpmcRing jobs = MpmcRing.Open($"{queue}-jobs");
    using MpmcProducer producer = jobs.AttachProducer();
    for (int number = 0; number < JobCount; number++)
    {
        Job job = new(number, Milliseconds: 1 + (number % 5));
        producer.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<Job>(in job)), Timeout.InfiniteTimeSpan);
    }

    // No more jobs: the workers finish what there is, and end.
    jobs.Complete();
    return 0;
}

static int Work(string queue)
{
    using MpmcRing jobs = MpmcRing.Open($"{queue}-jobs");
    using MpmcRing<Result> results = MpmcRing<Result>.Open($"{queue}-results");
    using MpmcConsumer consumer = jobs.AttachConsumer();
    using MpmcProducer<Result> producer = results.AttachProducer();
    while (consumer.Read(out Message message, Timeout.InfiniteTimeSpan))
    {
        // The job stays ours, and in the ring, until the message is disposed. If we die first, another worker gets it.
        using (message)
        {
            Job job = MemoryMarshal.Read<Job>(message.Span);
            Thread.Sleep(job.Milliseconds);
            producer.Write(new Result(job.Number, Environment.ProcessId, message.Redelivered), Timeout.InfiniteTimeSpan);
        }
    }

    return 0;
}

static int Lead()
{
    string queue = string.Create(CultureInfo.InvariantCulture, $"workqueue-{Environment.ProcessId}");
    using MpmcRing jobs = MpmcRing.Create($"{queue}-jobs", new RingOptions { CapacityBytes = 4096, MaxMessageBytes = 16, Producers = Cardinality.One });
    using MpmcRing<Result> results = MpmcRing<Result>.Create($"{queue}-results", new RingOptions { CapacityBytes = 1 << 16, Consumers = Cardinality.One });
    using MpmcConsumer<Result> consumer = results.AttachConsumer();
    Process[] workers = [.. Enumerable.Range(0, WorkerCount).Select(_ => Start("work", queue))];
    Process[] processes = [.. workers, Start("produce", queue)];
    try
    {
        Collect(consumer, workers);
        Console.WriteLine($"The ring says: {jobs.GetInfo().LeasesRecovered} jobs taken back from the dead.");
        return 0;
    }
    finally
    {
        foreach (Process process in processes)
        {
            process.Kill();
            process.Dispose();
        }

        // On Windows names go with their last user.
        if (!OperatingSystem.IsWindows())
        {
            Ring.Remove($"{queue}-jobs");
            Ring.Remove($"{queue}-results");
        }
    }
}

static void Collect(MpmcConsumer<Result> results, Process[] workers)
{
    int[] timesDone = new int[JobCount];
    Dictionary<int, int> jobsOf = workers.ToDictionary(worker => worker.Id, _ => 0);
    int redelivered = 0;
    bool hasKilled = false;
    for (int missing = JobCount; missing > 0;)
    {
        if (!results.Read(out Result result, TimeSpan.FromSeconds(30)))
            throw new TimeoutException($"{missing} jobs were not done.");
        missing -= timesDone[result.Job]++ == 0 ? 1 : 0;
        redelivered += result.WasRedelivered ? 1 : 0;
        jobsOf[result.Worker]++;
        if (!hasKilled && missing < JobCount / 2)
        {
            hasKilled = true;
            workers[0].Kill();
            Console.WriteLine($"Killed worker {workers[0].Id} in the middle of its work, with {missing} jobs to go.");
        }
    }

    foreach (Process worker in workers)
        Console.WriteLine($"Worker {worker.Id} did {jobsOf[worker.Id]} jobs{(worker == workers[0] ? ", and was killed" : "")}.");
    // Killed between telling the result and handing the job back: the other worker is told that it may not be the first.
    Console.WriteLine(
        $"All {JobCount} jobs were done, {timesDone.Count(times => times > 1)} of them twice; {redelivered} came a second time, flagged.");
}

static Process Start(params string[] arguments)
{
    string program = Environment.ProcessPath!;
    ProcessStartInfo start = new(program);
    // As "dotnet WorkQueue.dll" we are dotnet's first argument.
    if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "WorkQueue.dll"));
    foreach (string argument in arguments)
        start.ArgumentList.Add(argument);
    return Process.Start(start)!;
}
