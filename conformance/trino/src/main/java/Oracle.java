import static io.trino.testing.TestingSession.testSessionBuilder;

import io.trino.Session;
import io.trino.plugin.memory.MemoryPlugin;
import io.trino.spi.type.TimeZoneKey;
import io.trino.testing.DistributedQueryRunner;
import java.util.Map;

/** One Trino node on loopback with an in-memory catalog, in UTC; runs until it is killed. Argument: the port. */
public final class Oracle {
    private Oracle() {}

    public static void main(String[] args) throws Exception {
        Session session = testSessionBuilder()
                .setCatalog("memory")
                .setSchema("default")
                .setTimeZoneKey(TimeZoneKey.UTC_KEY)
                .build();
        DistributedQueryRunner runner = DistributedQueryRunner.builder(session)
                .setNodeCount(1)
                .setExtraProperties(Map.of("http-server.http.port", args[0]))
                .build();
        runner.installPlugin(new MemoryPlugin());
        runner.createCatalog("memory", "memory", Map.of());
        System.out.println("READY " + runner.getCoordinator().getBaseUrl());
        Thread.currentThread().join();
    }
}
