namespace RingShm.Tests;

/// <summary>Fails a test that hangs. Not a time limit: generous enough for any machine.</summary>
internal static class Watchdog
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Runs all of them at once, each on a thread of its own, and passes on what they throw.</summary>
    public static void Run(params ReadOnlySpan<Action> bodies)
    {
        List<Exception> failures = [];
        List<Thread> threads = [];
        foreach (Action body in bodies)
        {
            Thread thread = new(() =>
            {
                try
                {
                    body();
                }
                catch (Exception exception)
                {
                    lock (failures)
                        failures.Add(exception);
                }
            }) { IsBackground = true };
            thread.Start();
            threads.Add(thread);
        }

        foreach (Thread thread in threads)
            Assert.True(thread.Join(Patience), "The test hangs.");
        if (failures.Count > 0)
            throw new AggregateException(failures);
    }
}
